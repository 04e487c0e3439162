// What an element calls: a process, a decision with its inputs and outputs, or work that the system does by itself.
import { is } from "bpmn-js/lib/util/ModelUtil";
import { Group } from "@bpmn-io/properties-panel";

import { choices, formula, note, pick, words } from "./bpmn_entries.js";
import { attribute, extend, extension, pair, setPairs } from "./bpmn_extensions.js";

const CALLED = "zeebe:CalledElement", DECISION = "zeebe:CalledDecision", JOB = "zeebe:TaskDefinition", TRIES = "3";

function processGroup(element, services, say, offer) {
  const value = attribute(element, CALLED, "processId");
  const set = (now) => extend(services, element, CALLED, { processId: now });
  const byFormula = { value: "=process", label: say("By formula") };
  const offered = value.startsWith("=") ? offer.processes : [...offer.processes, byFormula];
  return {
    id: "yikou-process", label: say("Called process"), component: Group, shouldOpen: true,
    entries: [pick({ id: "yikou-process-key", label: say("Process"), get: () => value, set, options: choices(say, offered, value) }),
      ...(value.startsWith("=") ? [formula({ id: "yikou-process-formula", label: say("Process as a formula"), feel: "required",
                                             get: () => attribute(element, CALLED, "processId"), set })] : [])],
  };
}

const named = (list) => (Array.isArray(list) ? list : []).map((one) => (typeof one === "string" ? one : one.label || one.name || one.expression))
  .filter(Boolean).join(", ");

function decisionGroup(element, services, say, offer) {
  const value = attribute(element, DECISION, "decisionId");
  const result = attribute(element, DECISION, "resultVariable");
  const found = offer.decisions.find((one) => one.value === value);
  const set = (now) => extend(services, element, DECISION, { decisionId: now, resultVariable: result || now || undefined });
  const asks = named(found?.inputs), answers = named(found?.outputs);
  return {
    id: "yikou-decision", label: say("Called decision"), component: Group, shouldOpen: true,
    entries: [
      pick({ id: "yikou-decision-key", label: say("Decision"), get: () => value, set, options: choices(say, offer.decisions, value) }),
      ...(asks ? [note("yikou-decision-inputs", say("It is asked with: {names}", { names: asks }))] : []),
      ...(answers ? [note("yikou-decision-outputs", say("It answers: {names}", { names: answers }))] : []),
      words({ id: "yikou-decision-result", label: say("Result variable"), get: () => result,
              set: (now) => extend(services, element, DECISION, { resultVariable: now }) }),
    ],
  };
}

// What does not change from case to case stands in a header, what does is an input.
export const isHeader = (part) => part.as === "header";

function parameter(element, services, say, part) {
  const list = isHeader(part) ? "headers" : "inputs";
  const value = pair(element, list, part.name) || "";
  const entry = { id: `yikou-job-${part.name}`, label: part.label, get: () => pair(element, list, part.name) || "",
                  set: (now) => setPairs(services, element, list, { [part.name]: now }) };
  if (part.values.length && !value.startsWith("=")) return pick({ ...entry, options: choices(say, part.values, value) });
  return list === "headers" ? words(entry) : formula(entry);
}

function workGroup(element, services, say, offer) {
  const value = attribute(element, JOB, "type");
  const found = offer.connectors.find((one) => one.type === value);
  const set = (now) => extend(services, element, JOB, now ? { type: now, retries: attribute(element, JOB, "retries") || TRIES } : null);
  return {
    id: "yikou-work", label: say("Work of the system"), component: Group, shouldOpen: true,
    entries: [pick({ id: "yikou-job", label: say("What is done"), get: () => value, set, options: choices(say, offer.connectors, value) }),
      ...(found?.parameters || []).map((part) => parameter(element, services, say, part))],
  };
}

export function callGroup(element, services, say, offer) {
  if (is(element, "bpmn:CallActivity")) return processGroup(element, services, say, offer);
  if (is(element, "bpmn:BusinessRuleTask") && !extension(element, JOB)) return decisionGroup(element, services, say, offer);
  const template = element.businessObject.get("zeebe:modelerTemplate");
  const works = is(element, "bpmn:ServiceTask") || is(element, "bpmn:SendTask") || extension(element, JOB);
  return works && !template ? workGroup(element, services, say, offer) : null;
}
