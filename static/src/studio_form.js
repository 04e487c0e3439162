// The editor page of a form.

import "./studio/reset.css";
import "@bpmn-io/form-js/dist/assets/form-js.css";
import "@bpmn-io/form-js/dist/assets/form-js-editor.css";
import "@bpmn-io/form-js/dist/assets/properties-panel.css";
import "./studio/form.css";
import { mount } from "./studio/form.js";
import { start } from "./studio/shell.js";

start(mount);
