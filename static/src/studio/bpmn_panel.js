// Arranges the properties panel: our groups first, what does not run here left out, and no field in which an id is typed.
import { is } from "bpmn-js/lib/util/ModelUtil";
import { Group } from "@bpmn-io/properties-panel";

import { callGroup } from "./bpmn_calls.js";
import { clocksGroup, timerEntry } from "./bpmn_clocks.js";
import { words } from "./bpmn_entries.js";
import { owner, property, setProperties } from "./bpmn_extensions.js";
import { handlingGroup } from "./bpmn_handling.js";
import { referenceEntry } from "./bpmn_references.js";
import { caseGroup, furtherGroup, journalGroup, phaseGroup } from "./bpmn_record.js";

const LAST = 50;
// Listeners, workers, bindings and forms of other kinds are refused by our engine; what we show in our own groups goes as well.
const LEFT_OUT = new Set(["Zeebe__ExecutionListeners", "Zeebe__TaskListeners", "userTaskImplementation", "businessRuleImplementation",
  "scriptImplementation", "adHocSubProcessImplementation", "jobPriorityDefinition", "businessId", "form", "calledElement",
  "calledDecision", "additionalDataGroup", "taskDefinition"]);
const ENTRIES_OUT = /^(id|processId|candidateUsers|assignmentDefinitionCandidateUsers|assignmentDefinitionCandidateGroups|versionTag|bindingType)$/;
const FIRST = /^(general|timer|condition|message|error|signal|escalation|link|ElementTemplates__CustomProperties.*)$/;
const NAMED = ["bpmn:FlowElement", "bpmn:Lane", "bpmn:Participant", "bpmn:Process"];

function named(element, services, say) {
  if (!NAMED.some((type) => is(element, type))) return [];
  return [words({ id: "yikou-name-en", label: say("Name in English"), get: () => property(element, "name_en") || "",
                  set: (now) => setProperties(services, element, { name_en: now }) })];
}

function technical(element, say) {
  const id = owner(element).get("id");
  return { id: "yikou-technical", label: say("Technical"), component: Group,
           entries: [words({ id: "yikou-id", label: say("Id (made by the editor)"), disabled: true, get: () => id, set: () => {} })] };
}

export function arranged(element, groups, services, say, offer) {
  const kept = groups.filter((group) => !LEFT_OUT.has(group.id)).map((group) => (group.entries
    ? { ...group, entries: group.entries.filter((entry) => !ENTRIES_OUT.test(entry.id)) } : group));
  const general = kept.find((group) => group.id === "general");
  if (general) {
    const at = general.entries.findIndex((entry) => entry.id === "name") + 1;
    general.entries.splice(at, 0, ...named(element, services, say));
  }
  const timer = kept.find((group) => group.id === "timer");
  if (timer) timer.entries = [...timerEntry(element, services, say, offer), ...timer.entries];
  for (const kind of ["message", "signal", "error"]) {
    const found = kept.find((group) => group.id === kind);
    if (found) found.entries = [...referenceEntry(kind, element, services, say, offer), ...found.entries];
  }
  const ours = [handlingGroup, callGroup, clocksGroup, phaseGroup, journalGroup, caseGroup, furtherGroup]
    .map((make) => make(element, services, say, offer)).filter(Boolean);
  const first = kept.filter((group) => FIRST.test(group.id));
  const rest = kept.filter((group) => !first.includes(group) && (!group.entries || group.entries.length));
  const last = rest.filter((group) => group.id === "Zeebe__ExtensionProperties");
  return [...first, ...ours, ...rest.filter((group) => !last.includes(group)), technical(element, say), ...last];
}

function Provider(propertiesPanel, injector, translate, offer) {
  this.getGroups = (element) => (groups) => arranged(element, groups, injector, translate, offer);
  propertiesPanel.registerProvider(LAST, this);
}
Provider.$inject = ["propertiesPanel", "injector", "translate", "offer"];

export default { __init__: ["yikouProvider"], yikouProvider: ["type", Provider] };
