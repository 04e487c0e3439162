// A page round the diagram editor for tests: what the Studio's shell does, without drafts.
import { mount } from "../../static/src/studio/bpmn.js";

async function open() {
  const began = performance.now();
  const place = document.querySelector("[data-editor]");
  const source = await (await fetch(place.dataset.source)).text();
  const options = await (await fetch(place.dataset.options)).json();
  window.changes = 0;
  window.said = [];
  window.editor = await mount({
    place, source, kind: "process", key: place.dataset.key, locale: document.documentElement.lang, options,
    onChange: () => { window.changes += 1; }, say: (text) => window.said.push(text) });
  window.took = performance.now() - began;
  place.dataset.ready = "true";
}

open();
