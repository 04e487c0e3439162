// Element templates for the work of the system: what stands in the menus when an element is created, appended or changed.
import { isHeader } from "./bpmn_calls.js";

const SCHEMA = "https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json";  // a name, nothing is fetched
const TRIES = "3";

function property(part) {
  const binding = isHeader(part) ? { type: "zeebe:taskHeader", key: part.name } : { type: "zeebe:input", name: part.name };
  const common = { id: part.name, label: part.label, binding, ...(part.required ? { constraints: { notEmpty: true } } : { optional: true }) };
  if (part.values.length) {
    return { ...common, type: "Dropdown", optional: undefined, choices: part.values.map(({ label, value }) => ({ name: label, value })) };
  }
  return { ...common, type: "String", ...(isHeader(part) ? {} : { feel: "optional" }) };
}

const bare = (found) => JSON.parse(JSON.stringify(found));  // without what is undefined

export default function templates(offer, say) {
  return offer.connectors.map((one) => bare({
    $schema: SCHEMA, name: one.label, id: `yikou.${one.type}`, version: 1, appliesTo: ["bpmn:Task", "bpmn:ServiceTask"],
    elementType: { value: "bpmn:ServiceTask" }, category: { id: "yikou", name: say("Work of the system") },
    properties: [
      { type: "Hidden", value: one.type, binding: { type: "zeebe:taskDefinition", property: "type" } },
      { type: "Hidden", value: TRIES, binding: { type: "zeebe:taskDefinition", property: "retries" } },
      ...one.parameters.map(property),
    ],
  }));
}
