// Kinds of entries of the properties panel. Their components are constant, so that a field keeps the focus while it is typed in.
import {
  CheckboxEntry, FeelEntry, SelectEntry, TextFieldEntry, isCheckboxEntryEdited, isFeelEntryEdited, isSelectEntryEdited,
  isTextFieldEntryEdited,
} from "@bpmn-io/properties-panel";
import { jsx } from "@bpmn-io/properties-panel/preact/jsx-runtime";
import { useService } from "bpmn-js-properties-panel";

const common = ({ element, id, label, description, get, set }) =>
  ({ element, id, label, description, getValue: get, setValue: set });

const Pick = (entry) => SelectEntry({ ...common(entry), getOptions: () => entry.options });
const Tick = (entry) => CheckboxEntry(common(entry));
const Words = (entry) => TextFieldEntry({ ...common(entry), disabled: entry.disabled, validate: entry.validate, debounce: useService("debounceInput") });
// A line break inside a text literal is written as its escape: the field's own grammar knows no other.
const escaped = (value) => (typeof value === "string" && value.startsWith("=")
  ? value.replace(/"(?:[^"\\]|\\.)*"/gs, (literal) => literal.replace(/\r?\n/g, "\\n")) : value);
const Formula = (entry) =>
  FeelEntry({ ...common(entry), getValue: () => escaped(entry.get()), feel: entry.feel || "optional", debounce: useService("debounceInput") });
const Note = (entry) => jsx("div", { class: "bio-properties-panel-entry bpmn-note", "data-entry-id": entry.id, children: entry.text });

export const pick = (entry) => ({ ...entry, component: Pick, isEdited: isSelectEntryEdited });
export const tick = (entry) => ({ ...entry, component: Tick, isEdited: isCheckboxEntryEdited });
export const words = (entry) => ({ ...entry, component: Words, isEdited: isTextFieldEntryEdited });
export const formula = (entry) => ({ ...entry, component: Formula, isEdited: isFeelEntryEdited });
export const note = (id, text) => ({ id, text, component: Note, isEdited: () => false });

// Choices for a select: none first; a value that nothing offers stays as it is, and is told to be unknown.
export function choices(say, offered, value, { none = true } = {}) {
  const flat = offered.flatMap((one) => one.children || [one]);
  const strange = value && !flat.some((one) => one.value === value);
  return [
    ...(none ? [{ value: "", label: say("<none>") }] : []), ...offered,
    ...(strange ? [{ value, label: value.startsWith("=") ? say("By formula") : `${value} ${say("(not in the list)")}` }] : []),
  ];
}
