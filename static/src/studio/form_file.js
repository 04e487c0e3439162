// A form file as it came, and as form-js gives it back: what the editor adds of its own accord is taken off again.

const FIRST = ["type", "id", "key", "path", "label"];

export function readForm(text) {
  return JSON.parse(text);
}

// What the import added, to be told from what a person did: component id -> keys with their values.
export function additions(original, imported) {
  const found = new Map();
  walk(original, imported, (before, after) => {
    const added = Object.keys(after).filter((key) => !(key in before) && !key.startsWith("_") && key !== "components");
    found.set(after.id, { before, added: Object.fromEntries(added.map((key) => [key, JSON.stringify(after[key])])) });
  });
  return found;
}

function walk(before, after, look) {
  look(before, after);
  (before.components ?? []).forEach((one, at) => walk(one, after.components[at], look));
}

export function writtenForm(saved, known) {
  return `${JSON.stringify(restored(saved, known, true), null, 2)}\n`;
}

function restored(component, known, top = false) {
  const { before = {}, added = {} } = known.get(component.id) ?? {};
  const made = {};
  for (const key of [...Object.keys(before), ...FIRST, ...Object.keys(component)]) {
    if (!(key in component) || key in made) continue;
    if (key in added && JSON.stringify(component[key]) === added[key]) continue;
    made[key] = component[key];
  }
  if (top && "schemaVersion" in before) made.schemaVersion = before.schemaVersion;
  if (!("components" in before) && !made.components?.length && before.type) delete made.components;
  if (made.components) {
    made.components = component.components.map((one) => restored(one, known));
    made.components.forEach((one) => {
      const own = known.get(one.id)?.before ?? {};
      if (!("layout" in own) && alone(one, component.components)) delete one.layout;
    });
  }
  return made;
}

// A row of one component at its natural width is what a file without a layout says.
function alone(one, siblings) {
  const row = one.layout?.row;
  return (one.layout?.columns ?? null) === null && siblings.filter((other) => other.layout?.row === row).length === 1;
}
