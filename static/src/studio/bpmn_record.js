// "Phase and outcome", what goes into the case's journal, and what the case is classified as.
import { is } from "bpmn-js/lib/util/ModelUtil";
import { Group } from "@bpmn-io/properties-panel";

import { choices, formula, pick, words } from "./bpmn_entries.js";
import { property, setProperties } from "./bpmn_extensions.js";

const PHASES = { submit: "Handed in", intake: "Taken in", classify: "Sorted by kind", dispatch: "Passed to a unit",
                 reply: "Being handled", feedback: "Opinion of the resident" };
const LINES = { note: "Note", contact: "Contact", question: "Question", answer: "Answer", reply: "Reply", extension: "Extension",
                return: "Return", ruling: "Ruling", rating: "Rating", instruction: "Instruction" };
const READERS = { staff: "Staff only", public: "The resident too" };
const CASE = { "case.service": "Service", "case.module": "Module", "case.unit": "Unit", "case.urgency": "Urgency", "case.kind": "Kind" };
const HERE = new Set(["phase", "outcome", "entry.kind", "entry.visibility", "entry.body", "name_en", "assign.exclude",
                      ...["start", "budget", "stop", "pause", "extend", "by", "interrupt"].map((one) => `deadline.${one}`), ...Object.keys(CASE)]);

const told = (offer, say, name, usual) => {
  const given = offer.of(name);
  return given.length ? given : Object.entries(usual).map(([value, label]) => ({ value, label: say(label) }));
};

// A property with known values: picked; a formula stays one and can be edited.
function known(element, services, say, name, label, values) {
  const value = property(element, name) || "";
  const set = (now) => setProperties(services, element, { [name]: now });
  const id = `yikou-${name}`;
  const chosen = pick({ id, label, get: () => value, set, options: choices(say, values, value) });
  return value.startsWith("=")
    ? [chosen, formula({ id: `${id}-formula`, label: say("{name} as a formula", { name: label }), feel: "required", get: () => property(element, name), set })]
    : [chosen];
}

const asked = (element, services, name, label) => formula({
  id: `yikou-${name}`, label, get: () => property(element, name) || "", set: (now) => setProperties(services, element, { [name]: now }) });

export function phaseGroup(element, services, say, offer) {
  if (!is(element, "bpmn:FlowNode")) return null;
  const outcomes = offer.of("outcome");
  const ends = is(element, "bpmn:EndEvent")
    ? outcomes.length ? known(element, services, say, "outcome", say("Outcome of the case"), outcomes)
      : [words({ id: "yikou-outcome", label: say("Outcome of the case"), get: () => property(element, "outcome") || "",
                 set: (now) => setProperties(services, element, { outcome: now }) })] : [];
  return { id: "yikou-phase", label: say("Phase and outcome"), component: Group,
           entries: [...known(element, services, say, "phase", say("Phase that begins here"), told(offer, say, "phase", PHASES)), ...ends] };
}

export function journalGroup(element, services, say, offer) {
  if (!is(element, "bpmn:Activity") && !is(element, "bpmn:Event")) return null;
  const entries = [
    ...known(element, services, say, "entry.kind", say("Kind of line"), told(offer, say, "entry.kind", LINES)),
    ...(property(element, "entry.kind") ? [
      ...known(element, services, say, "entry.visibility", say("Who reads it"), told(offer, say, "entry.visibility", READERS)),
      asked(element, services, "entry.body", say("Text of the line"))] : []),
  ];
  return { id: "yikou-journal", label: say("Line in the journal"), component: Group, entries };
}

export function caseGroup(element, services, say, offer) {
  if (!is(element, "bpmn:Activity") && !is(element, "bpmn:Event")) return null;
  const columns = Object.entries(CASE).map(([name, label]) => asked(element, services, name, say(label)));
  const kinds = [element.type, element.type.replace("bpmn:", ""), element.type.replace(/bpmn:(.)/, (_, one) => one.toLowerCase())];
  const further = offer.properties.filter((one) => !HERE.has(one.name)
    && (!one.on?.length || one.on.some((type) => kinds.includes(type)) || property(element, one.name)));
  const more = further.flatMap((one) => (one.values.length
    ? known(element, services, say, one.name, one.label, one.values) : [asked(element, services, one.name, one.label)]));
  return { id: "yikou-case", label: say("Facts of the case"), component: Group, entries: [...columns, ...more] };
}
