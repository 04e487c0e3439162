// "Handling": who does a user task, with which form, and who may not although the group could.
import { is } from "bpmn-js/lib/util/ModelUtil";
import { Group } from "@bpmn-io/properties-panel";

import { choices, formula, note, pick, tick } from "./bpmn_entries.js";
import { attribute, drawn, extend, property, setProperties } from "./bpmn_extensions.js";

const ASSIGNED = "zeebe:AssignmentDefinition", FORM = "zeebe:FormDefinition", EXCLUDE = "assign.exclude";
const BY_LEVEL = '=if level = "head" then ["head@" + unit] else ["handler@" + unit]';
const OWN_UNIT = "@=", EMPTY_FORMULA = "=[]", LONG = 60;

const parts = (value) => value.split(",").map((one) => one.trim()).filter(Boolean);
const without = (kept, at, value) => [...kept.slice(0, at), ...(value ? [value] : []), ...kept.slice(at + 1)];

const short = (text) => (text.length > LONG ? `${text.slice(0, LONG)}…` : text);

function groupChoices(say, offer) {
  const plain = offer.groups.filter((one) => !one.name.startsWith("="));
  const office = plain.filter((one) => !one.name.includes("@"));
  const placed = plain.filter((one) => one.name.includes("@"));
  const roles = new Set(placed.map((one) => one.name.split("@")[0]));
  const inUnit = office.filter((one) => (roles.size ? roles.has(one.name) : ["handler", "head"].includes(one.name)));
  const named = (children, label) => (children.length ? [{ label, children }] : []);
  const charged = [...inUnit.map((one) => ({ value: `=["${one.name}@" + unit]`, label: say("Unit in charge · {group}", { group: one.label }) })),
    { value: BY_LEVEL, label: say("Handler or head of the unit in charge, by level") }];
  const said = offer.groups.filter((one) => one.name.startsWith("=") && !charged.some((known) => known.value === one.name));
  return [
    ...named(charged, say("In the unit that handles the case")),
    ...named(said.map(({ value, label }) => ({ value, label: short(label) })), say("As in other diagrams")),
    ...named(office.map(({ value, label }) => ({ value, label })), say("In the whole office")),
    ...named(placed.map(({ value, label }) => ({ value, label })), say("In one unit")),
  ];
}

function groupEntries(element, services, say, offer) {
  const value = attribute(element, ASSIGNED, "candidateGroups");
  const set = (now) => {
    const rest = attribute(element, ASSIGNED, "assignee");
    extend(services, element, ASSIGNED, now || rest ? { candidateGroups: now || undefined } : null);
  };
  const offered = groupChoices(say, offer);
  const asFormula = [{ label: say("Otherwise"), children: [{ value: EMPTY_FORMULA, label: say("By formula") }] }];
  if (value.startsWith("=")) {
    const known = offered.some((one) => one.children.some((child) => child.value === value));
    const first = pick({ id: "yikou-group-1", label: say("Who does it"), get: () => value, set,
                         options: choices(say, known ? [...offered, ...asFormula] : offered, value) });
    return known ? [first] : [first, formula({ id: "yikou-group-formula", label: say("Groups as a formula"), feel: "required",
                                               get: () => attribute(element, ASSIGNED, "candidateGroups"), set })];
  }
  const chosen = parts(value);
  const office = offered.filter((one) => one.children.every((child) => !child.value.startsWith("=")));
  return [...chosen, ""].map((one, at) => pick({
    id: `yikou-group-${at + 1}`, label: at ? say("or also") : say("Who does it"), get: () => one,
    set: (now) => set(now?.startsWith("=") ? now : without(chosen, at, now).join(", ")),
    options: choices(say, at ? office : [...offered, ...asFormula], one) }));
}

// What `assign.exclude` says as a list of names, or null when it is a formula of another shape.
export function excluded(value) {
  if (!value) return [];
  if (!value.startsWith("=")) return parts(value);
  const inside = /^=\s*\[(.*)\]\s*$/.exec(value)?.[1];
  if (inside === undefined) return null;
  const names = inside.split(",").map((one) => one.trim()).filter(Boolean).map((one) =>
    (/^"@"\s*\+\s*unit$/.test(one) ? OWN_UNIT : /^"((?:@|did:)\w+)"$/.exec(one)?.[1]));
  return names.every(Boolean) ? names : null;
}

export function excluding(names) {
  if (!names.includes(OWN_UNIT)) return names.join(", ");
  return `=[${names.map((one) => (one === OWN_UNIT ? '"@" + unit' : `"${one}"`)).join(", ")}]`;
}

function excludeEntries(element, services, say, offer) {
  const names = excluded(property(element, EXCLUDE) || "");
  const put = (value) => setProperties(services, element, { [EXCLUDE]: value });
  if (names === null) {
    return [formula({ id: "yikou-exclude-formula", label: say("Who may not do it, as a formula"), feel: "required",
                      get: () => property(element, EXCLUDE), set: put })];
  }
  const tasks = drawn(services, "bpmn:UserTask").filter((one) => one !== element)
    .map((one) => ({ value: `did:${one.id}`, label: say("who did: {task}", { task: services.get("englishNames").called(one) }) }));
  const processes = offer.processes.map((one) => ({ value: `did:${one.value}`, label: say("who worked in: {process}", { process: one.label }) }));
  const units = offer.units.map((one) => ({ value: `@${one.value}`, label: say("people of: {unit}", { unit: one.label }) }));
  const offered = [[say("Tasks of this diagram"), tasks], [say("Processes"), processes], [say("Units"), units]]
    .filter(([, children]) => children.length).map(([label, children]) => ({ label, children }));
  const chosen = names.filter((one) => one !== OWN_UNIT);
  const own = names.includes(OWN_UNIT);
  const save = (now, unit) => put(excluding([...(unit ? [OWN_UNIT] : []), ...now]));
  return [
    tick({ id: "yikou-exclude-unit", label: say("Nobody of the unit in charge"), get: () => own, set: (now) => save(chosen, now) }),
    ...[...chosen, ""].map((one, at) => pick({
      id: `yikou-exclude-${at + 1}`, label: at ? say("nor") : say("Not to be done by"), get: () => one,
      set: (now) => save(without(chosen, at, now), own), options: choices(say, offered, one) })),
  ];
}

export function handlingGroup(element, services, say, offer) {
  if (!is(element, "bpmn:UserTask")) return null;
  const form = attribute(element, FORM, "formId");
  return {
    id: "yikou-handling", label: say("Handling"), component: Group, shouldOpen: true,
    entries: [
      ...groupEntries(element, services, say, offer),
      pick({ id: "yikou-form", label: say("Form"), get: () => form,
             set: (now) => extend(services, element, FORM, now ? { formId: now } : null),
             options: choices(say, offer.forms, form) }),
      ...(form ? [] : [note("yikou-form-missing", say("A user task needs a form."))]),
      ...excludeEntries(element, services, say, offer),
    ],
  };
}
