// Both languages of every text, and keys that follow from the English words: our parts in form-js's editor.

import { h } from "preact";
import { KINDS } from "./form_words.js";

const LABELLED = new Set(["group", "dynamiclist", "table", "button"]);
const INPUTS = new Set(["textfield", "textarea", "number", "datetime", "checkbox", "checklist", "radio", "select", "taglist",
                        "filepicker"]);
const CHOICES = new Set(["checklist", "radio", "select", "taglist"]);
const OURS = new Set(["id", "label", "description", "alt", "date-label", "time-label", "text", "content",
                      "prefix-adorner", "suffix-adorner"]);
const WAIT = 300;

// Which texts a component has: [name in the file, words for it, long].
function textsOf({ type, subtype, validate, appearance }) {
  const found = [];
  if (INPUTS.has(type) || LABELLED.has(type)) found.push(["label", "Label"]);
  if (INPUTS.has(type)) found.push(["description", "Field description", true]);
  if (type === "datetime" && subtype !== "time") found.push(["dateLabel", "Date label"]);
  if (type === "datetime" && subtype !== "date") found.push(["timeLabel", "Time label"]);
  if (type === "text") found.push(["text", "Text", true]);
  if (type === "html") found.push(["content", "Content", true]);
  if (type === "image") found.push(["alt", "Alternative text"]);
  if (type === "textfield" || type === "number") {
    found.push(["prefixAdorner", "Text before"], ["suffixAdorner", "Text after"]);
  }
  if (validate?.pattern || validate?.patternErrorMessage) found.push(["patternErrorMessage", "Message of the pattern"]);
  return found;
}

// Where a Chinese text lies in the file.
const HOLDERS = { prefixAdorner: "appearance", suffixAdorner: "appearance", patternErrorMessage: "validate" };

function chinese(field, name) {
  return (HOLDERS[name] ? field[HOLDERS[name]]?.[name] : field[name]) ?? "";
}

function withChinese(field, name, value) {
  const holder = HOLDERS[name];
  return holder ? { [holder]: put(field[holder], name, value) } : { [name]: value || undefined };
}

function put(object, name, value) {
  const made = { ...object };
  if (value === "" || value === undefined) delete made[name];
  else made[name] = value;
  return Object.keys(made).length ? made : undefined;
}

export function slug(words) {
  const made = words.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 40).replace(/_+$/, "");
  return made && !/^[a-z]/.test(made) ? `q_${made}` : made;
}

const RESERVED = new Set("typename locale this parent i if then else for in return some every satisfies and or not between instance of true false null function external".split(" "));

export function free(name, taken) {
  const base = RESERVED.has(name) ? `${name}_` : name;
  for (let number = 1; ; number += 1) {
    const made = number === 1 ? base : `${base}_${number}`;
    if (!taken.has(made)) return made;
  }
}

export function languagesModule(t, fresh = new Set()) {
  const timers = new Map();

  function later(id, act) {
    clearTimeout(timers.get(id)?.timer);
    const run = () => { timers.delete(id); act(); };
    timers.set(id, { timer: setTimeout(run, WAIT), run });
  }

  function languages(propertiesPanel, modeling, formFieldRegistry, fieldFactory, formFields) {
    onlyKnown(formFields);
    bilingualFrom(fieldFactory, fresh, () => keys(formFieldRegistry));
    propertiesPanel.registerProvider({ getGroups: (field) => (groups) => withOurs(field, groups) }, 400);

    const edit = (field, properties) => modeling.editFormField(formFieldRegistry.get(field.id) ?? field, properties);

    function withOurs(field, groups) {
      if (!field) return groups;
      const kept = groups.map(withoutDoubles).filter((group) => group.items || group.entries?.length);
      const entries = field.type === "default" ? [] : entriesOf(field);
      const at = Math.min(1, kept.length);
      return entries.length ? [...kept.slice(0, at), { id: "languages", label: t("Both languages"), entries, shouldOpen: true },
                               ...kept.slice(at)] : kept;
    }

    function entriesOf(field) {
      const entries = textsOf(field).flatMap(([name, words, long]) => [
        entry(`${name}-zh`, t("{text} in Chinese", { text: t(words) }), long, () => chinese(field, name),
              (value) => edit(field, withChinese(field, name, value))),
        entry(`${name}-en`, t("{text} in English", { text: t(words) }), long, () => field.properties?.[`${name}_en`] ?? "",
              (value) => edit(field, { properties: put(field.properties, `${name}_en`, value),
                                       ...(name === "label" ? keyFrom(field, value) : {}) })),
      ]);
      if (CHOICES.has(field.type) && Array.isArray(field.values)) entries.push(...listed(field, "values", "Option {number}"));
      if (field.type === "table" && Array.isArray(field.columns)) entries.push(...listed(field, "columns", "Column {number}"));
      return entries;
    }

    // Labels of options and columns; the value of a new option follows from its English words.
    function listed(field, name, words) {
      return field[name].flatMap((item, at) => {
        const text = t(words, { number: at + 1 });
        const change = (more) => edit(field, { [name]: field[name].map((one, other) => {
          return other === at ? cleaned({ ...one, ...more }) : one;
        }) });
        return [
          entry(`${name}-${at}-zh`, t("{text} in Chinese", { text }), false, () => item.label ?? "",
                (value) => change({ label: value })),
          entry(`${name}-${at}-en`, t("{text} in English", { text }), false, () => item.label_en ?? "",
                (value) => change({ label_en: value, ...valueFrom(field[name], at, value) })),
        ];
      });
    }

    function keyFrom(field, english) {
      if (!fresh.has(field.id) || !slug(english) || !follows(field.key, field.properties?.label_en)) return {};
      const taken = keys(formFieldRegistry);
      taken.delete(field.key);
      return { key: free(slug(english), taken) };
    }
  }
  languages.$inject = ["propertiesPanel", "modeling", "formFieldRegistry", "fieldFactory", "formFields"];

  const entry = (name, label, long, get, set) => (
    { id: `languages-${name}`, component: TextEntry, name, label, long, get, set, later });

  return { module: { __init__: ["languages"], languages: ["type", languages] },
           flush() { for (const { timer, run } of [...timers.values()]) { clearTimeout(timer); run(); } } };
}

// One function for all entries: with another at each drawing the field would be made anew under whoever types in it.
function TextEntry({ element, name, label, long, get, set, later }) {
  return h("div", { class: "bio-properties-panel-entry", "data-entry-id": name },
    h("div", { class: "bio-properties-panel-textfield" },
      h("label", { for: `st-${name}`, class: "bio-properties-panel-label" }, label),
      h(long ? "textarea" : "input", {
        id: `st-${name}`, class: "bio-properties-panel-input", autocomplete: "off", spellcheck: name.endsWith("-en"),
        lang: name.endsWith("-en") ? "en" : "zh", value: get(), ...(long ? { rows: 3 } : { type: "text" }),
        onInput: (event) => { const { value } = event.target; later(`${element.id} ${name}`, () => set(value)); },
      })));
}

// Texts stand in our group only, and an id is never typed.
function withoutDoubles(group) {
  if (group.id === "custom-values") {
    const items = group.items.filter((item) => !/_en$/.test(item.label ?? ""));
    return { ...group, items };
  }
  return group.entries ? { ...group, entries: group.entries.filter((one) => !OURS.has(one.id)) } : group;
}

function keys(registry) {
  return new Set(registry.getAll().map((field) => field.key).filter(Boolean));
}

function cleaned(item) {
  return Object.fromEntries(Object.entries(item).filter(([key, value]) => key !== "label_en" || value));
}

// Whether a key is what the English words (or nothing yet) would have made it.
function follows(key, english) {
  return new RegExp(`^${slug(english ?? "")}_?(_\\d+)?$`).test(key ?? "");
}

function valueFrom(items, at, english) {
  const item = items[at];
  const untouched = typeof item.value === "string" && /^(value|option_)\d*$/.test(item.value);
  if (!untouched || !slug(english)) return {};
  return { value: free(slug(english), new Set(items.map((one) => String(one.value)))) };
}

// The palette offers what our forms know; a file that holds more can still be opened.
function onlyKnown(formFields) {
  const all = formFields._formFields;
  formFields._formFields = Object.fromEntries(Object.entries(all).filter(([type]) => type in KINDS || type === "default"));
  formFields.get = (type) => all[type];
}

// A new component has words in both languages from its first moment, and a key made of them.
function bilingualFrom(fieldFactory, fresh, taken) {
  const create = fieldFactory.create.bind(fieldFactory);
  fieldFactory.create = (attributes, isNew = true) => {
    if (!isNew || !(attributes.type in KINDS) || "label" in attributes || attributes.id) return create(attributes, isNew);
    const field = create({ ...firstWords(attributes.type, taken()), ...attributes }, isNew);
    fresh.add(field.id);
    return field;
  };
}

function firstWords(type, taken) {
  const [en, zh] = KINDS[type];
  if (type === "text") return { text: zh, properties: { text_en: en } };
  if (type === "html") return { content: `<p>${zh}</p>`, properties: { content_en: `<p>${en}</p>` } };
  if (type === "image") return { alt: zh, properties: { alt_en: en } };
  if (type === "expression") return { key: free("computed", taken) };
  if (!INPUTS.has(type) && !LABELLED.has(type)) return {};
  const made = { label: zh, properties: { label_en: en } };
  if (INPUTS.has(type)) made.key = free(slug(en), taken);
  if (CHOICES.has(type)) made.values = [{ label: "选项 1", value: "option_1", label_en: "Option 1" }];
  if (type === "datetime") Object.assign(made, { dateLabel: "日期", properties: { ...made.properties, dateLabel_en: "Date" } });
  if (type === "button") Object.assign(made, { label: "提交", properties: { label_en: "Submit" } });
  if (type === "table") {
    made.columns = [1, 2].map((at) => ({ label: `第 ${at} 列`, label_en: `Column ${at}`, key: `column_${at}` }));
  }
  return made;
}
