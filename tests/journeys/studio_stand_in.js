// A page round the diagram editor for tests: what the Studio's shell does, without drafts.
import { mount } from "../../static/src/studio/bpmn.js";

async function open(key) {
  const began = performance.now();
  const place = document.querySelector("[data-editor]");
  const source = await (await fetch(`/source/${key}`)).text();
  const options = await (await fetch("/options")).json();
  if (window.editor) window.editor.destroy();
  window.changes = 0;
  window.said = [];
  window.editor = await mount({
    place, source, kind: "process", key, locale: document.documentElement.lang, options,
    onChange: () => { window.changes += 1; }, say: (text) => window.said.push(text) });
  window.took = performance.now() - began;
  place.dataset.ready = key;
}

window.open_ = open;
open(document.querySelector("[data-editor]").dataset.key).catch((error) => {
  window.refused = String(error);
  document.querySelector("[data-editor]").dataset.ready = "refused";
});
