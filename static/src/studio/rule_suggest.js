// What fits at a place of a rule file. Every name comes from the server, which has them from what checks the files.

const SPAN_KEYS = new Set(["window", "within", "at"]);
const options = (names, words = {}) => names.map((name) => ({ label: name, detail: words[name] || undefined }));

// The lines of the block that a line belongs to: a list item, or the whole file.
function block(lines, at) {
  const indent = (text) => /^[ ]*(- )?/.exec(text)[0].length;
  const own = indent(lines[at]);
  if (!own) return lines;
  let first = at;
  while (first > 0 && !/^[ ]*- /.test(lines[first]) && indent(lines[first - 1]) >= own) first -= 1;
  let last = at;
  while (last + 1 < lines.length && !/^[ ]*- /.test(lines[last + 1]) && indent(lines[last + 1]) >= own && lines[last + 1].trim()) last += 1;
  return lines.slice(first, last + 1);
}

const value = (lines, key) => {
  for (const line of lines) {
    const found = new RegExp(`(?:^|[\\s{,-])${key}:\\s*['"]?([\\w.]+)`).exec(line);
    if (found) return found[1];
  }
  return "";
};

// The event whose fields count here: of the step, of the key `after` or `expect` above, or of the file.
function fieldsHere(language, lines, at) {
  const own = value(block(lines, at), "event");
  const near = own || value([lines[at], ...lines.slice(0, at).reverse()], "event");
  return language.events[near] || {};
}

function common(language, lines) {
  const named = lines.flatMap((line) => [...line.matchAll(/event:\s*([\w.]+)/g)]).map((one) => language.events[one[1]]).filter(Boolean);
  if (!named.length) return {};
  return Object.fromEntries(Object.entries(named[0]).filter(([name]) => named.every((one) => name in one)));
}

function part(lines, at) {
  for (let line = at; line >= 0; line -= 1) {
    const found = /^([a-z]+):/.exec(lines[line]);
    if (found) return found[1];
  }
  return "";
}

export function suggest(language, optional) {
  const { words } = language;
  const fields = (found) => Object.entries(found).map(([name, kind]) => ({ label: name, detail: words.kind[kind] || kind }));
  const params = (name) => Object.entries(language.actions[name] || {}).map(([key, one]) => ({
    label: key, detail: words.param[key] + (one.required ? "" : ` (${optional})`), apply: `${key}: ` }));
  const keys = (names) => names.map((name) => ({ label: name, detail: words.key[name], apply: `${name}: ` }));

  function values(key, lines, at) {
    const action = value(block(lines, at), "action");
    const param = (language.actions[action] || {})[key];
    if (key === "shape") return options(Object.keys(language.shapes), words.shape);
    if (key === "mode") return options(language.modes, words.mode);
    if (key === "event") return options(Object.keys(language.events), words.event);
    if (key === "action") return options(Object.keys(language.actions), words.action);
    if (key === "role") return options(language.roles, words.role);
    if (key === "template") return options(language.templates);
    if (key === "unit") return language.units.map(([code, name]) => ({ label: code, detail: name }));
    if (key === "by" || key === "of") return fields(common(language, lines));
    if (SPAN_KEYS.has(key)) return options(language.spans);
    if (param && param.choices.length) return options(param.choices);
    return null;
  }

  function keysHere(lines, at, inside) {
    const top = part(lines, at);
    if (/params:\s*\{[^}]*$/.test(inside)) return params(value(block(lines, at), "action"));
    if (!inside.trim() && !/^[ -]/.test(inside)) return keys(language.shapes[value(lines, "shape")] || [...new Set(Object.values(language.shapes).flat())]);
    if (top === "then") return keys(language.blocks.action);
    if (top === "steps" || top === "after" || top === "expect") return keys(language.blocks.step);
    if (top === "scenarios") {
      if (!inside.includes("{")) return keys(language.blocks.scenario);
      const event = language.events[value([inside], "event")] || {};
      return [...keys(language.blocks.event), ...fields(event).filter((one) => !["at", "type"].includes(one.label)).map((one) => ({ ...one, apply: `${one.label}: ` }))];
    }
    return null;
  }

  return (context) => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const word = /[\w.@-]*$/.exec(before)[0].replace(/^-/, "");
    const inside = before.slice(0, before.length - word.length);
    if (!word && !context.explicit && !/[:[{,] ?$/.test(inside)) return null;
    const lines = context.state.doc.toString().split("\n");
    const at = line.number - 1;
    const where = /where:\s*(['"])(?:(?!\1).)*$/.exec(inside);
    let found;
    if (where) {
      const unit = /\bunit\s*(?:!?=|in\s*\()\s*"?[^"]*"?$/.test(inside) && /"$/.test(inside);
      found = unit ? language.units.map(([code, name]) => ({ label: code, detail: name })) : fields(fieldsHere(language, lines, at));
    } else {
      const key = /([a-z_]+):\s*(?:['"]|\[[^\]{]*)?$/.exec(inside);
      found = key ? values(key[1], lines, at) : keysHere(lines, at, inside);
    }
    return found && found.length ? { from: context.pos - word.length, options: found, validFor: /^[\w.@-]*$/ } : null;
  };
}
