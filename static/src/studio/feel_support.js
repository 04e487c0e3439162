// Expressions in the editors: our own functions and the known variables to choose from, and the faults that our own
// parser finds, in place and in the reader's language.
//
// Every editor of the packages for expressions is a CodeMirror 6 view. How an editor (bpmn.js, dmn.js, form.js) uses this:
//
//   const feel = await feelSupport({ locale, place: "process", variables: options.variables });
//   new Modeler({ ..., feelLanguageContext: feel.languageContext });   // functions, where a package takes them
//   const stop = feel.watch(root);          // `root` holds the properties panel and its popups (document.body will do)
//   ...
//   stop();                                 // in destroy()
//
// - `place` names who evaluates: "process" (conditions, mappings, timers), "table" or "form". They lend other functions.
// - `variables`: [{ name, detail, entries }] as @bpmn-io/feel-editor has them; may change: `feel.variables = [...]`.
// - `feel.watch(root, { complete: true })` also replaces the package's own completion, which offers what another engine
//   has (form-js, the panel of diagrams). Where `languageContext` is given, leave it out: the package adds the variables
//   of a table there, and nothing that ours lacks.
// - `feel.watch(root, { complete: true, known })`: `known(view)` promises the variables at the place of that editor.
// - `feel.check(text, kind)`, kind "expression" or "unary", answers [{ line, column, text }]; empty where all is well.
//
// The package's own syntax marks are not shown: its grammar is another one than the server's, and it speaks English.

import { autocompletion, snippetCompletion } from "@codemirror/autocomplete";
import { language } from "@codemirror/language";
import { linter } from "@codemirror/lint";
import { StateEffect } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { address, sendJson } from "./server.js";

const OURS = "st-feel-fault";
const LONGEST = 10_000;
const PAST = 200;

// What begins with a word of the language is written whole, with holes to fill; the other words stand inside of these.
const WHOLE = {
  if: "if ${condition} then ${value} else ${other}", for: "for ${item} in ${list} return ${value}",
  some: "some ${item} in ${list} satisfies ${condition}", every: "every ${item} in ${list} satisfies ${condition}",
  function: "function(${name}) ${value}", between: "between ${least} and ${most}", instance: "instance of ${type}",
};

export async function feelSupport({ place = "process", variables = [] } = {}) {
  const none = { functions: [], keywords: [] };
  const found = await fetch(address(`feel?place=${place}`), { credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.json() : none));
  return new FeelSupport(place, found, variables ?? []);
}

class FeelSupport {
  constructor(place, { functions, keywords }, variables) {
    this.place = place;
    this.variables = variables;
    this.keywords = keywords.map((word) => (WHOLE[word]
      ? snippetCompletion(WHOLE[word], { label: WHOLE[word].replace(/\$\{(\w+)\}/g, "$1"), type: "keyword", boost: -2 })
      : { label: word, type: "keyword", boost: -2 }));
    this.builtins = functions.map(({ name, params, text }) => ({ name, params, info: text, type: "function" }));
    this.languageContext = { builtins: this.builtins };
    this.past = new Map();
  }

  async check(text, kind = "expression") {
    if (!text.trim() || text.length > LONGEST) return [];
    const key = `${kind} ${text}`;
    if (!this.past.has(key)) {
      if (this.past.size > PAST) this.past.clear();
      this.past.set(key, this.ask(text, kind).catch(() => { this.past.delete(key); return []; }));
    }
    return this.past.get(key);
  }

  async ask(text, kind) {
    const names = this.variables.map((one) => one.name).slice(0, 500);
    const answer = await sendJson("feel", { text, kind, place: this.place, names });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).problems;
  }

  // Editors come and go with the fields of a panel: each is taken in hand when it gets the focus or appears.
  watch(root, { complete = false, known: ask = null } = {}) {
    const known = new WeakSet();
    const look = (element) => {
      const view = EditorView.findFromDOM(element);
      if (!view || known.has(view) || !isFeel(view)) return;
      known.add(view);
      const more = [linter((one) => this.lint(one), { delay: 300, markerFilter: own, tooltipFilter: own })];
      if (complete) more.push(autocompletion({ override: [(context) => this.complete(context, ask && (() => ask(view)))] }));
      view.dispatch({ effects: StateEffect.appendConfig.of(more) });
    };
    const all = (element) => {
      if (element.matches?.(".cm-editor")) look(element);
      element.querySelectorAll?.(".cm-editor").forEach(look);
    };
    // A view is found by its element only after its constructor has ended, hence a moment later.
    const observer = new MutationObserver((changes) => queueMicrotask(() => {
      for (const change of changes) change.addedNodes.forEach(all);
    }));
    const focus = (event) => { const editor = event.target.closest?.(".cm-editor"); if (editor) look(editor); };
    observer.observe(root, { childList: true, subtree: true });
    root.addEventListener("focusin", focus);
    all(root);
    return () => { observer.disconnect(); root.removeEventListener("focusin", focus); };
  }

  async lint(view) {
    const { doc } = view.state;
    const problems = await this.check(doc.toString(), kindOf(view));
    return problems.map((one) => {
      const line = doc.line(Math.min(Math.max(one.line, 1), doc.lines));
      const at = Math.min(line.from + Math.max(one.column - 1, 0), line.to);
      const from = at === line.to && at > line.from ? at - 1 : at;
      const word = /^[\p{L}\p{N}_]+/u.exec(doc.sliceString(from, line.to));
      return { from, to: Math.min(from + (word ? word[0].length : 1), doc.length), severity: "error", markClass: OURS,
               message: one.text };
    });
  }

  async complete(context, ask) {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    if (inText(before)) return null;
    const variables = ask ? await ask() : this.variables;
    if (context.aborted) return null;
    if (ask) this.variables = variables;
    const path = /[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}\p{N}_]*)+$/u.exec(before);
    if (path) return members(variables, path[0].split("."), context.pos);
    const options = this.options(variables);
    const starts = [...before.matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)].map((one) => one.index);
    const typed = (from) => before.slice(from).toLowerCase();
    const from = starts.find((at) => options.some((one) => one.label.toLowerCase().startsWith(typed(at)))) ??
      (/[\p{L}\p{N}_]$/u.test(before) ? starts.at(-1) : undefined);
    if (from === undefined) return context.explicit ? { from: context.pos, options } : null;
    return { from: line.from + from, options };
  }

  options(variables) {
    return [...variables.map(variable), ...this.builtins.map(({ name, params, info }) => {
      const label = `${name}(${params.map(({ name: one, type }) => (type ? `${one}: ${type}` : one)).join(", ")})`;
      const holes = params.filter((one) => !one.optional).map((one) => `\${${one.name}}`).join(", ");
      return snippetCompletion(`${name}(${holes})`, { label, type: "function", info, boost: -1 });
    }), ...this.keywords];
  }
}

const variable = ({ name, detail, info }) => ({ label: name, type: "variable", detail, info: info || undefined });

function members(variables, steps, at) {
  let entries = variables;
  for (const step of steps.slice(0, -1)) entries = entries?.find((one) => one.name === step)?.entries;
  return entries?.length ? { from: at - steps.at(-1).length, options: entries.map(variable) } : null;
}

// Whether what comes next stands in a text, where nothing is to be completed.
function inText(before) {
  return (before.replace(/\\./g, "").match(/"/g) ?? []).length % 2 === 1;
}

function own(diagnostics) {
  return diagnostics.filter((one) => one.markClass === OURS);
}

// What the whole text is to its language: asked of the parser, for an empty text has no tree yet.
function whole(view) {
  return view.state.facet(language)?.parser.topNode?.name;
}

function isFeel(view) {
  return ["Expression", "Expressions", "UnaryTests"].includes(whole(view));
}

// The cells of a table's outputs are expressions, whatever dialect the package gives them.
function kindOf(view) {
  const unary = whole(view) === "UnaryTests" && !view.dom.closest(".output-cell");
  return unary ? "unary" : "expression";
}
