// For tests: opens any file in its editor, as the Studio's pages open theirs.

import "../../static/src/studio/reset.css";
import "@bpmn-io/form-js/dist/assets/form-js.css";
import "@bpmn-io/form-js/dist/assets/form-js-editor.css";
import "@bpmn-io/form-js/dist/assets/properties-panel.css";
import "dmn-js/dist/assets/diagram-js.css";
import "dmn-js/dist/assets/dmn-js-shared.css";
import "dmn-js/dist/assets/dmn-js-drd.css";
import "dmn-js/dist/assets/dmn-js-decision-table.css";
import "dmn-js/dist/assets/dmn-js-decision-table-controls.css";
import "dmn-js/dist/assets/dmn-js-literal-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression.css";
import "../../static/src/studio/dmn.css";
import "../../static/src/studio/form.css";
import { mount as decision } from "../../static/src/studio/dmn.js";
import { mount as form } from "../../static/src/studio/form.js";

const EDITORS = { decision, form };

window.bench = {
  async open(kind, source) {
    this.editor?.destroy();
    const place = document.querySelector(".place-of-editor");
    this.editor = await EDITORS[kind]({ place, source, kind, key: "bench", locale: "zh", options: {} });
  },
  async again(kind, source) {
    await this.open(kind, source);
    return kind === "form" ? this.editor.rewritten() : this.editor.modeler.text();
  },
};
