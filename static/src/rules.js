// The editor of rule files works without this, as a plain text field. It adds colours, faults in place and completion.
// Everything is drawn inside a shadow root: there the styles are adopted sheets, which the content policy allows.

import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { linter, lintGutter, lintKeymap } from "@codemirror/lint";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { replaceLines } from "./code/lines.js";
import { suggest } from "./rules/suggest.js";

const field = document.querySelector("textarea[data-rule-editor]");

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--brand)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.number, tags.bool, tags.keyword], color: "var(--seal)" },
]);
const look = EditorView.theme({
  "&": { border: "1px solid var(--edge)", borderRadius: "var(--round)", backgroundColor: "var(--card)", color: "var(--ink)", fontSize: ".88rem", maxHeight: "70vh" },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", overflow: "auto", minHeight: "20rem" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--sunk)", color: "var(--quiet)", border: "none" },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--edge)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".3rem .5rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--brand)", color: "var(--on-brand)" },
  ".cm-tooltip-autocomplete ul li .cm-completionDetail": { fontStyle: "normal", marginLeft: ".8rem" },
  ".cm-diagnostic": { fontFamily: "var(--font)", padding: ".4rem .6rem" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-matchingBracket": { backgroundColor: "var(--brand-soft)", outline: "1px solid var(--edge)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--brand-soft)" },
});

async function verdict(view) {
  const form = new FormData();
  form.set("source", view.state.doc.toString());
  form.set("csrf_token", field.form.elements.csrf_token.value);
  const answer = await fetch(field.dataset.verdict, { method: "POST", body: form, credentials: "same-origin" });
  if (!answer.ok) return [];
  const { doc } = view.state;
  return (await answer.json()).map((one) => {
    const line = doc.line(Math.min(Math.max(one.line, 1), doc.lines));
    const from = Math.min(line.from + Math.max(one.column - 1, 0), line.to);
    const word = /^[\w.@-]+/.exec(doc.sliceString(from, line.to));
    return { from, to: word ? from + word[0].length : Math.max(from, line.to), severity: one.severity === "error" ? "error" : "warning", message: one.text };
  });
}

async function start() {
  const answer = await fetch(field.dataset.ruleEditor, { credentials: "same-origin" });
  if (!answer.ok) return;
  const language = await answer.json();
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  field.after(host);
  const label = field.labels[0];
  const view = new EditorView({
    doc: field.value,
    root,
    parent: root,
    extensions: [
      lineNumbers(), lintGutter(), EditorView.lineWrapping, history(), yaml(), indentOnInput(), bracketMatching(), closeBrackets(),
      autocompletion({ override: [suggest(language, field.dataset.optional)], icons: false }),
      syntaxHighlighting(colours), look, replaceLines, linter(verdict, { delay: 600 }),
      keymap.of([...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
      EditorView.contentAttributes.of({ "aria-label": label.textContent.trim(), "aria-multiline": "true", tabindex: "0" }),
      EditorView.updateListener.of((change) => { if (change.docChanged) field.value = change.state.doc.toString(); }),
    ],
  });
  field.hidden = true;
  label.addEventListener("click", (event) => { event.preventDefault(); view.focus(); });
}

if (field && "adoptedStyleSheets" in document) start().catch(() => { field.hidden = false; });
