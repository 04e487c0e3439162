// Reads and writes zeebe extension elements by commands, so that each change can be undone. Unknown extensions stay.
import { getBusinessObject, is } from "bpmn-js/lib/util/ModelUtil";

const MANY = "properties-panel.multi-command-executor";

// A pool's properties are those of its process.
export function owner(element) {
  const object = getBusinessObject(element);
  return is(element, "bpmn:Participant") ? object.get("processRef") || object : object;
}

export function extension(element, type) {
  return owner(element).get("extensionElements")?.get("values").find((one) => one.$type === type);
}

export function attribute(element, type, name) {
  return extension(element, type)?.get(name) || "";
}

// Lists of pairs: which extension holds them, under what, and how a pair calls its name and value.
const LISTS = {
  properties: ["zeebe:Properties", "properties", "zeebe:Property", "name", "value"],
  headers: ["zeebe:TaskHeaders", "values", "zeebe:Header", "key", "value"],
  inputs: ["zeebe:IoMapping", "inputParameters", "zeebe:Input", "target", "source"],
};

export function pair(element, list, wanted) {
  const [type, holds, , name, value] = LISTS[list];
  return extension(element, type)?.get(holds)?.find((one) => one.get(name) === wanted)?.get(value);
}

export const property = (element, name) => pair(element, "properties", name);

const update = (element, moddleElement, changes) => ({
  cmd: "element.updateModdleProperties", context: { element, moddleElement, properties: changes } });

function make(services, type, attributes, parent) {
  const made = services.get("bpmnFactory").create(type, attributes);
  made.$parent = parent;
  return made;
}

// The commands that put `made` in (or take `gone` out); extensionElements come and go with what is in them.
function within(services, element, put, gone) {
  const object = owner(element);
  const around = object.get("extensionElements");
  if (!around) {
    const fresh = make(services, "bpmn:ExtensionElements", { values: [] }, object);
    put.$parent = fresh;
    fresh.values = [put];
    return [update(element, object, { extensionElements: fresh })];
  }
  if (put) put.$parent = around;
  const values = [...around.get("values").filter((one) => one !== gone), ...(put ? [put] : [])];
  return values.length ? [update(element, around, { values })] : [update(element, object, { extensionElements: undefined })];
}

// Sets attributes of the extension of this type; `null` takes it away.
export function extend(services, element, type, attributes) {
  const found = extension(element, type);
  let commands = [];
  if (attributes === null) commands = found ? within(services, element, null, found) : [];
  else if (found) commands = [update(element, found, attributes)];
  else commands = within(services, element, make(services, type, attributes));
  if (commands.length) services.get("commandStack").execute(MANY, commands);
}

// `changes`: name -> value; undefined and "" remove the pair, and with the last one what held it.
export function setPairs(services, element, list, changes) {
  const [type, holds, kind, name, value] = LISTS[list];
  const found = extension(element, type);
  const before = found?.get(holds) || [];
  const said = Object.entries(changes).filter(([, given]) => given !== undefined && given !== "");
  const kept = before.filter((one) => !(one.get(name) in changes) || said.some(([key]) => key === one.get(name)));
  const commands = kept.filter((one) => one.get(name) in changes)
    .map((one) => update(element, one, { [value]: changes[one.get(name)] }));
  const fresh = said.filter(([key]) => !before.some((one) => one.get(name) === key))
    .map(([key, given]) => make(services, kind, { [name]: key, [value]: given }, found));
  const now = [...kept, ...fresh];
  if (!found && now.length) {
    const made = make(services, type, { [holds]: now });
    now.forEach((one) => { one.$parent = made; });
    commands.push(...within(services, element, made));
  } else if (found && !now.length && !found.get("outputParameters")?.length) {
    commands.push(...within(services, element, null, found));
  } else if (found && (fresh.length || now.length < before.length)) commands.push(update(element, found, { [holds]: now }));
  if (commands.length) services.get("commandStack").execute(MANY, commands);
}

export const setProperties = (services, element, changes) => setPairs(services, element, "properties", changes);

// All shapes of the drawing with one of these types.
export function drawn(services, ...types) {
  return services.get("elementRegistry").filter((one) => !one.labelTarget && types.some((type) => is(one, type)));
}
