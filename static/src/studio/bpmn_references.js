// Messages, signals and errors that the office knows already: picked by name, so that thrower and catcher say the same.
import { choices, pick } from "./bpmn_entries.js";

const KINDS = {
  message: { type: "bpmn:Message", reference: "messageRef", definition: "bpmn:MessageEventDefinition", named: "name", list: "messages", label: "Message of the office" },
  signal: { type: "bpmn:Signal", reference: "signalRef", definition: "bpmn:SignalEventDefinition", named: "name", list: "signals", label: "Signal of the office" },
  error: { type: "bpmn:Error", reference: "errorRef", definition: "bpmn:ErrorEventDefinition", named: "errorCode", list: "errors", label: "Error of the office" },
};

export function referenceEntry(kind, element, services, say, offer) {
  const { type, reference, definition, named, list, label } = KINDS[kind];
  const names = offer[list];
  const object = element.businessObject;
  const holder = object.get("eventDefinitions")?.find((one) => one.$type === definition) || (kind === "message" && object.$type === "bpmn:ReceiveTask" ? object : null);
  if (!names.length || !holder) return [];
  const value = holder.get(reference)?.get(named) || "";
  const set = (now) => {
    const root = services.get("bpmnjs").getDefinitions();
    const commands = [];
    let target = now ? root.get("rootElements").find((one) => one.$type === type && one.get(named) === now) : undefined;
    if (now && !target) {
      target = services.get("bpmnFactory").create(type, { name: now, [named]: now });
      target.$parent = root;
      commands.push([root, { rootElements: [...root.get("rootElements"), target] }]);
    }
    commands.push([holder, { [reference]: target }]);
    services.get("commandStack").execute("properties-panel.multi-command-executor", commands.map(([moddleElement, properties]) =>
      ({ cmd: "element.updateModdleProperties", context: { element, moddleElement, properties } })));
  };
  const offered = names.map((one) => ({ value: one, label: one }));
  return [pick({ id: `yikou-${kind}`, label: say(label), get: () => value, set, options: choices(say, offered, value) })];
}
