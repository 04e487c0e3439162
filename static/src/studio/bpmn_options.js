// What can be picked, from the server's options. A list that is missing is empty; labels come in the reader's language,
// with our words for codes that the server only names.
const JOBS = { notify: "Send a message", join: "Join to an earlier case", tell_joined: "Tell the joined cases", suggest: "Suggest a service",
               demand_change: "Note a change of the supply", demand_notice: "Publish a notice", demand_measure: "Measure the effect" };
const PARTS = {
  template: "Message template", to: "To whom", group: "Group", earlier_number: "Number of the earlier case",
  days: "Number of days", reply: "Reply", accept_kind: "How it is accepted", due_at: "Due", explanation: "Explanation",
  extension_reason: "Reason of the extension", hours: "Number of hours", in_return: "What is offered in return",
  new_date: "New date", note: "Note", price_told: "Price that was told", promised_at: "When it was promised",
  question: "Question", reason: "Reason", remedy_note: "What is done to make it good",
  right_place: "Where to turn instead", ruling_text: "Text of the ruling", supervision_text: "Text of the supervisor",
  title: "Title", unit: "Unit", visit_on: "Day of the visit", why: "Why", key: "Key of the change",
  what: "What is changed", topic_id: "Topic", sure: "How many answers make it sure", body_en: "Text in English",
  body_zh: "Text in Chinese", title_en: "Title in English", title_zh: "Title in Chinese",
};
const PEOPLE = { resident: "The resident", group: "A group" };

const TEMPLATE = "yikou.";
const list = (found) => (Array.isArray(found) ? found : []);

export default function offered(options, locale, say, both = say) {
  const given = options && typeof options === "object" ? options : {};
  const worded = (label, code, words) => (label === code && Object.hasOwn(words, code) ? say(words[code]) : label);
  const told = (label) => (label && typeof label === "object" ? label[locale] || label.zh || label.en : label);
  const rows = (name, key) => list(given[name]).map((one) => (typeof one === "string" ? { [key]: one } : one))
    .filter((one) => one && one[key])
    .map((one) => ({ ...one, value: String(one[key]), label: String(told(one.label ?? one.name) || one[key]) }));
  const named = (name, key) => rows(name, key).map((one) => ({
    ...one, label: one.label === one.value ? one.value : `${one.label} · ${one.value}` }));
  const values = (found) => list(found).map((one) => (typeof one === "object" && one
    ? { value: String(one.value ?? one.key ?? one.code), label: String(told(one.label ?? one.name) ?? one.value) }
    : { value: String(one), label: String(one) }));
  const words = (name) => list(given[name]).filter((one) => typeof one === "string");
  const properties = list(given.properties).filter((one) => one && one.name)
    .map((one) => ({ ...one, label: String(told(one.label) || one.name), values: values(one.values) }));
  const parameter = (part) => ({
    ...part, label: worded(String(told(part.label) || part.name), part.name, PARTS),
    values: values(part.values).map((one) => (part.name === "to" ? { ...one, label: worded(one.label, one.value, PEOPLE) } : one)) });
  const connector = (one) => ({
    ...one, value: one.type, label: worded(String(told(one.label ?? one.name) || one.type), one.type, JOBS),
    parameters: list(one.parameters).map((part) => parameter(typeof part === "string" ? { name: part } : part)) });
  // What the work of a template is called in both languages: our words for it, else as it is called in the reader's.
  const names = (one) => {
    if (!one) return null;
    const key = Object.hasOwn(JOBS, one.type) ? JOBS[one.type] : null;
    const label = one.label ?? one.name ?? one.type;
    if (typeof label === "object" && label) return { zh: label.zh || label.en, en: label.en };
    return key && label === one.type ? { zh: both("zh", key), en: both("en", key) } : { zh: String(label) };
  };
  return {
    units: named("units", "code"), groups: rows("groups", "name").map((one) => ({ ...one, name: one.value })),
    forms: named("forms", "key"), decisions: named("decisions", "key"), processes: named("processes", "key"),
    clocks: rows("clocks", "key"), connectors: list(given.connectors).filter((one) => one && one.type).map(connector),
    messages: words("messages"), signals: words("signals"), errors: words("errors"),
    called: (template) => names(list(given.connectors).find((one) => TEMPLATE + one?.type === template)),
    properties, of: (name) => properties.find((one) => one.name === name)?.values || [],
  };
}
