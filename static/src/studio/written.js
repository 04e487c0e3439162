// Files that people write by hand: colours, and for rules what fits at a place. Every name comes from the server.

import { autocompletion, closeBrackets, completionKeymap } from "@codemirror/autocomplete";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { suggest } from "./rule_suggest.js";

const WRITTEN = new Set(["message", "supervision", "scenarios"]);

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--brand)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.number, tags.bool, tags.keyword], color: "var(--seal)" },
]);
const look = EditorView.theme({
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".3rem .5rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--brand)", color: "var(--on-brand)" },
  ".cm-tooltip-autocomplete ul li .cm-completionDetail": { fontStyle: "normal", marginLeft: ".8rem" },
});

export function written({ kind, options, words }) {
  if (!WRITTEN.has(kind)) return [];
  const found = [yaml(), closeBrackets(), syntaxHighlighting(colours), look, EditorView.lineWrapping];
  if (kind === "supervision" && options.events) {
    found.push(autocompletion({ override: [suggest(options, words.optional)], icons: false }), keymap.of(completionKeymap));
  }
  return found;
}
