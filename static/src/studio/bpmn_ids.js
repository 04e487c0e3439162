// Ids of new elements: a word for the kind and the first free number. Nobody types one.
import { is } from "bpmn-js/lib/util/ModelUtil";

const WORDS = [
  ["bpmn:StartEvent", "start"], ["bpmn:EndEvent", "end"], ["bpmn:BoundaryEvent", "boundary"], ["bpmn:Event", "event"],
  ["bpmn:SubProcess", "part"], ["bpmn:Activity", "task"], ["bpmn:Gateway", "gw"], ["bpmn:SequenceFlow", "flow"],
  ["bpmn:MessageFlow", "message_flow"], ["bpmn:Participant", "pool"], ["bpmn:LaneSet", "lanes"], ["bpmn:Lane", "lane"],
];

export function word(element) {
  const known = WORDS.find(([type]) => is(element, type));
  return known ? known[1] : element.$type.replace(/^.*:/, "").replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
}

function Ids(bpmnFactory, moddle) {
  const usual = bpmnFactory._ensureId;
  bpmnFactory._ensureId = function ensure(element) {
    if (!element.id && this._needsId(element)) {
      const begin = word(element);
      let number = 1;
      while (moddle.ids.assigned(`${begin}_${number}`)) number += 1;
      element.id = `${begin}_${number}`;
    }
    usual.call(this, element);
  };
}
Ids.$inject = ["bpmnFactory", "moddle"];

export default { __init__: ["readableIds"], readableIds: ["type", Ids] };
