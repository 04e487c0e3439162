// The panel is headed by the name that the drawing shows: in English where the reader's names are drawn in English.
import { getLabel } from "bpmn-js/lib/util/LabelUtil";
import { is } from "bpmn-js/lib/util/ModelUtil";

import { owner } from "./bpmn_extensions.js";

const SHOWS = ["selection.changed", "elements.changed", "names.toggled", "root.set"];

export function header(side, editor) {
  const names = editor.get("englishNames");

  function wanted(element) {
    return names.english(element) || (is(element, "bpmn:Process") ? owner(element).name : getLabel(element)) || "";
  }

  function show() {
    const place = side.querySelector(".bio-properties-panel-header-label");
    const selected = editor.get("selection").get();
    const element = selected.length ? selected[0] : editor.get("canvas").getRootElement();
    const text = place && selected.length < 2 && wanted(element);
    if (!text || place.textContent === text) return;
    if (place.firstChild?.nodeType === Node.TEXT_NODE) place.firstChild.data = text;  // the package keeps the node
    else place.textContent = text;
    if (place.title) place.title = text;
  }

  const watcher = new MutationObserver(show);
  watcher.observe(side, { childList: true, subtree: true, characterData: true });
  editor.on(SHOWS, show);
  show();
  return () => { watcher.disconnect(); editor.off(SHOWS, show); };
}
