// What can be picked, from the server's options. A list that is missing is empty; labels come in the reader's language.
const list = (found) => (Array.isArray(found) ? found : []);

export default function offered(options, locale) {
  const given = options && typeof options === "object" ? options : {};
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
  return {
    units: named("units", "code"), groups: rows("groups", "name").map((one) => ({ ...one, name: one.value })),
    forms: named("forms", "key"), decisions: named("decisions", "key"), processes: named("processes", "key"),
    clocks: rows("clocks", "key"), connectors: list(given.connectors).filter((one) => one && one.type)
      .map((one) => ({ ...one, value: one.type, label: String(told(one.label ?? one.name) || one.type),
                       parameters: list(one.parameters).map((part) => (typeof part === "string" ? { name: part } : part))
                         .map((part) => ({ ...part, label: String(told(part.label) || part.name), values: values(part.values) })) })),
    messages: words("messages"), signals: words("signals"), errors: words("errors"),
    properties, of: (name) => properties.find((one) => one.name === name)?.values || [],
  };
}
