// "Clocks": which legal clock an element starts, stops, pauses or extends; and timers that go by such a clock.
import { is } from "bpmn-js/lib/util/ModelUtil";
import { Group } from "@bpmn-io/properties-panel";

import { choices, formula, pick, words } from "./bpmn_entries.js";
import { drawn, property, setProperties } from "./bpmn_extensions.js";

const FIXED = /^=\s*\{\s*amount:\s*(\d+(?:\.\d+)?)\s*,\s*unit:\s*"(wd|wh|h|d|min)"\s*(?:,\s*warn:\s*(\d(?:\.\d+)?)\s*)?\}\s*$/;
const OWNED = /^=\s*deadline\(\s*"(\w+)"\s*\)\.(due_at|warn_at)\s*$/;
const NAME = /^\w+$/, NUMBER = /^\d+(\.\d+)?$/;
const UNITS = { wd: "working days", wh: "working hours", d: "calendar days", h: "hours", min: "minutes" };
const USUAL = '={amount: 5, unit: "wd", warn: 0.8}';
const FROM_TABLE = "table", SET = "fixed", OTHER = "=";

const fixed = (amount, unit, warn) => `={amount: ${amount}, unit: "${unit}"${warn ? `, warn: ${warn}` : ""}}`;
const begun = (clock) => `={amount: 5, unit: limits.${clock}.unit}`;
const ofTable = (clock) => `={amount: limits.${clock}.amount, unit: limits.${clock}.unit, warn: limits.${clock}.warn}`;

// Clocks of the office, and those that this diagram names already.
export function clocks(services, offer) {
  const named = new Map(offer.clocks.map((one) => [one.value, one.label]));
  drawn(services, "bpmn:FlowNode").forEach((shape) => ["start", "stop", "pause", "extend", "interrupt"].forEach((act) => {
    const value = property(shape, `deadline.${act}`);
    if (value && NAME.test(value) && !named.has(value)) named.set(value, value);
  }));
  return [...named].map(([value, label]) => ({ value, label }));
}

function act(element, services, say, known, name, label) {
  const key = `deadline.${name}`;
  const value = property(element, key) || "";
  const limit = { start: "deadline.budget", extend: "deadline.by" }[name];
  const set = (now) => {
    const changes = { [key]: now };
    if (limit && !now) changes[limit] = undefined;
    else if (limit && !property(element, limit)) changes[limit] = USUAL.replace(name === "extend" ? ", warn: 0.8" : "none", "");
    setProperties(services, element, changes);
  };
  const chosen = pick({ id: `yikou-clock-${name}`, label, get: () => value, set, options: choices(say, known, value) });
  const strange = value && !NAME.test(value);
  const written = strange ? [formula({ id: `yikou-clock-${name}-formula`, label: say("Clocks as a formula"),
                                       get: () => property(element, key), set })] : [];
  return [chosen, ...written, ...(value && limit ? amount(element, services, say, name, value, limit) : [])];
}

function amount(element, services, say, name, clock, key) {
  const value = property(element, key) || "";
  const found = FIXED.exec(value);
  const put = (now) => setProperties(services, element, { [key]: now });
  const table = NAME.test(clock) && name === "start" ? [{ value: FROM_TABLE, label: say("from the table of time limits") }] : [];
  const way = found ? SET : table.length && value === ofTable(clock) ? FROM_TABLE : OTHER;
  const begin = { id: `yikou-limit-${name}`, label: name === "extend" ? say("By how much") : say("How long") };
  const rest = way === OTHER
    ? [formula({ id: `${begin.id}-formula`, label: say("Limit as a formula"), feel: "required", get: () => property(element, key), set: put })]
    : found ? fields(begin.id, say, found, put, name) : [];
  return [pick({ ...begin, get: () => way, options: [
    { value: SET, label: say("a fixed time") }, ...table, { value: OTHER, label: say("By formula") }],
  set: (now) => put(now === FROM_TABLE ? ofTable(clock) : now === SET ? USUAL : value === USUAL || found ? begun(clock) : value) }),
  ...rest];
}

function fields(id, say, [, number, unit, warn], put, name) {
  const units = Object.entries(UNITS).map(([value, label]) => ({ value, label: say(label) }));
  const warnings = ["0.5", "0.7", "0.8", "0.9"].map((one) => ({ value: one, label: say("after {share} % of it", { share: one * 100 }) }));
  return [
    words({ id: `${id}-amount`, label: say("Number"), get: () => number,
            validate: (now) => (NUMBER.test(now || "") ? undefined : say("Please write a number.")),
            set: (now) => { if (NUMBER.test(now || "")) put(fixed(now, unit, warn)); } }),
    pick({ id: `${id}-unit`, label: say("Counted in"), get: () => unit, options: units, set: (now) => put(fixed(number, now, warn)) }),
    ...(name === "extend" ? [] : [pick({ id: `${id}-warn`, label: say("Warn"), get: () => warn || "",
                                         options: choices(say, warnings, warn || ""), set: (now) => put(fixed(number, unit, now)) })]),
  ];
}

export function clocksGroup(element, services, say, offer) {
  if (!is(element, "bpmn:FlowNode")) return null;
  const known = clocks(services, offer);
  const one = (name, label) => act(element, services, say, known, name, say(label));
  return {
    id: "yikou-clocks", label: say("Clocks"), component: Group,
    entries: [
      ...one("start", "Starts the clock, on entry"), ...one("stop", "Stops the clock, when done"),
      ...(is(element, "bpmn:Activity") ? one("pause", "Pauses the clock, while it lasts") : []),
      ...one("extend", "Extends the clock, when done"), ...one("interrupt", "Breaks the clock off, when done"),
    ],
  };
}

// A timer that goes off when a clock warns or runs out: the date belongs to the clock, and moves with it.
export function timerEntry(element, services, say, offer) {
  const timer = element.businessObject.get("eventDefinitions")?.find((one) => one.$type === "bpmn:TimerEventDefinition");
  if (!timer || is(element, "bpmn:StartEvent")) return [];
  const found = OWNED.exec(timer.get("timeDate")?.get("body") || "");
  const value = found ? `${found[1]}.${found[2]}` : "";
  const options = clocks(services, offer).map((one) => ({ label: one.label, children: [
    { value: `${one.value}.warn_at`, label: say("{clock}: warning", { clock: one.label }) },
    { value: `${one.value}.due_at`, label: say("{clock}: time is up", { clock: one.label }) }] }));
  const set = (now) => {
    const [clock, part] = (now || "").split(".");
    const timeDate = now ? services.get("bpmnFactory").create("bpmn:FormalExpression", { body: `=deadline("${clock}").${part}` }) : undefined;
    if (timeDate) timeDate.$parent = timer;
    services.get("modeling").updateModdleProperties(element, timer, { timeDate, timeDuration: undefined, timeCycle: undefined });
  };
  return [pick({ id: "yikou-timer-clock", label: say("By a clock"), get: () => value, set, options: choices(say, options, value) })];
}
