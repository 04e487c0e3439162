// A definition as plain text with line numbers and faults in place. It stands in a shadow root, whose adopted style
// sheets need no exception of the content policy.

import { defaultKeymap, history, historyKeymap, redo, undo } from "@codemirror/commands";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { replaceLines } from "../code/lines.js";

const look = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--card)", color: "var(--ink)", fontSize: ".85rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", overflow: "auto" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--sunk)", color: "var(--quiet)", border: "none" },
  ".cm-tooltip": { backgroundColor: "var(--card)", color: "var(--ink)", border: "1px solid var(--edge)" },
  ".cm-diagnostic": { fontFamily: "var(--font)", padding: ".4rem .6rem" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-matchingBracket": { backgroundColor: "var(--brand-soft)", outline: "1px solid var(--edge)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--brand-soft)" },
});

export async function mount({ place, source, label = "", onChange = () => {}, extensions = [] }) {
  const root = place.shadowRoot ?? place.attachShadow({ mode: "open" });
  const frame = document.createElement("div");
  frame.style.height = "100%";
  root.replaceChildren(frame);
  const view = new EditorView({
    doc: source, root, parent: frame,
    extensions: [
      lineNumbers(), lintGutter(), history(), indentOnInput(), bracketMatching(), look, replaceLines, ...extensions,
      keymap.of([...lintKeymap, ...historyKeymap, ...defaultKeymap]),
      EditorView.contentAttributes.of({ "aria-label": label, "aria-multiline": "true", tabindex: "0" }),
      EditorView.updateListener.of((change) => { if (change.docChanged) onChange(); }),
    ],
  });
  const line = (number) => view.state.doc.line(Math.min(Math.max(number || 1, 1), view.state.doc.lines));
  const go = (at) => {
    view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    view.focus();
  };
  return {
    source: async () => view.state.doc.toString(),
    mark(problems) {
      view.dispatch(setDiagnostics(view.state, problems.map((one) => {
        const here = line(one.line);
        const from = Math.min(here.from + Math.max((one.column || 1) - 1, 0), here.to);
        const word = one.column ? /^[\w.@-]+/.exec(view.state.doc.sliceString(from, here.to)) : null;
        return { from, to: word ? from + word[0].length : here.to, severity: one.severity === "error" ? "error" : "warning", message: one.text };
      })));
    },
    show(element, problem) {
      const found = element ? view.state.doc.toString().search(new RegExp(`\\bid"?\\s*[=:]\\s*["']${element.replace(/[^\w.-]/g, ".")}["']`)) : -1;
      go(found >= 0 && !problem?.line ? found : line(problem?.line).from);
    },
    undo: () => undo(view), redo: () => redo(view), focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
