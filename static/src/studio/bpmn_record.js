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
const FURTHER = {
  "entry.channel": "How the resident was contacted", "entry.reached": "Resident was reached",
  "commitment.give": "Promise made to the resident", "commitment.keep": "Answers the promise",
  "appointment.on": "Appointment: day", "appointment.part": "Appointment: time of day", "appointment.note": "Appointment: note",
  "appointment.price": "Appointment: price", "appointment.state": "Appointment: how it ended",
  "visit.decision": "Return visit: how", "visit.reason": "Return visit: why", "case.score": "Points of an internal matter",
  "matter.groups": "Who may begin it by hand", "matter.nature": "Nature of the internal matter",
};
const AT_START = /^matter\./;
const ELSEWHERE = /^(phase|outcome|name_en|entry\.(kind|visibility|body)|assign\.|deadline\.|case\.(service|module|unit|urgency|kind)$)/;

// The office's values, with our words for those that it only names.
const told = (offer, say, name, usual = {}) => {
  const given = offer.of(name).map(({ value, label }) => ({ value, label: label === value && usual[value] ? say(usual[value]) : label }));
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
  const outcomes = told(offer, say, "outcome");
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

export function caseGroup(element, services, say) {
  if (!is(element, "bpmn:Activity") && !is(element, "bpmn:Event")) return null;
  return { id: "yikou-case", label: say("Facts of the case"), component: Group,
           entries: Object.entries(CASE).map(([name, label]) => asked(element, services, name, say(label))) };
}

const counts = (element, one) => !one.of || one.of === "any" || element.type.toLowerCase() === `bpmn:${one.of}`.toLowerCase();

// Whatever else the office reads at elements, also what a later release of the server tells of.
export function furtherGroup(element, services, say, offer) {
  if (!is(element, "bpmn:FlowNode")) return null;
  const server = new Map(offer.properties.map((one) => [one.name, one]));
  const names = [...new Set([...Object.keys(FURTHER), ...server.keys()])].filter((name) => !ELSEWHERE.test(name)
    && (property(element, name) !== undefined || (is(element, "bpmn:StartEvent") || !AT_START.test(name)) && counts(element, server.get(name) || {})));
  const entries = names.flatMap((name) => {
    const label = FURTHER[name] ? say(FURTHER[name]) : server.get(name).label;
    const values = told(offer, say, name);
    return values.length ? known(element, services, say, name, label, values) : [asked(element, services, name, label)];
  });
  return { id: "yikou-further", label: say("Further meanings"), component: Group, entries };
}
