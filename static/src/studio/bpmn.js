// The editor of process diagrams: Camunda's modeler with our groups of properties, in the reader's language.
import Modeler from "camunda-bpmn-js/lib/camunda-cloud/Modeler";
import simulation from "bpmn-js-token-simulation";

import { header } from "./bpmn_header.js";
import ids from "./bpmn_ids.js";
import { knownVariables } from "./bpmn_known.js";
import marks from "./bpmn_marks.js";
import menus from "./bpmn_menus.js";
import mend from "./bpmn_mend.js";
import names from "./bpmn_names.js";
import offered from "./bpmn_options.js";
import panel from "./bpmn_panel.js";
import templateNames from "./bpmn_template_names.js";
import templates from "./bpmn_templates.js";
import tools, { fit } from "./bpmn_tools.js";
import { translator } from "./bpmn_words.js";
import { bpmnFromEditor } from "./dialects.js";
import { feelSupport } from "./feel_support.js";

const READABLE = 0.45, CLOSE = 0.8;

const make = (parent, tag, name, attributes = {}) => {
  const made = document.createElement(tag);
  made.className = name;
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  parent.append(made);
  return made;
};

function laidOut(place, say) {
  const whole = make(place, "div", "bpmn-studio");
  make(whole, "p", "bpmn-narrow", { role: "note" }).textContent = say("Editing wants a larger screen. Here you can look, and change what is small.");
  const row = make(whole, "div", "bpmn-tools");
  const split = make(whole, "div", "bpmn-split");
  const canvas = make(split, "div", "bpmn-canvas");
  const side = make(split, "div", "bpmn-side", { role: "region", "aria-label": say("Properties of the selected element") });
  return { whole, row, canvas, side };
}

// Large drawings begin at their start, at a size that can be read.
function begin(editor) {
  const canvas = editor.get("canvas");
  if (fit(editor) >= READABLE) return;
  const start = editor.get("elementRegistry").find((one) => one.type === "bpmn:StartEvent");
  canvas.zoom(CLOSE);
  if (start) canvas.scrollToElement(start, { top: 160, left: 160, right: 320, bottom: 160 });
}

export async function mount({ place, source, key, locale, options, onChange, say: announce }) {
  const translate = translator(locale);
  const offer = offered(options, locale, translate, (lang, text) => translator(lang)(text));
  const { whole, row, canvas, side } = laidOut(place, translate);
  const editor = new Modeler({
    container: canvas,
    keyboard: { bind: true },
    canvas: { autoFocus: true },
    propertiesPanel: { parent: side, tooltip: {}, getFeelPopupLinks: () => [], feelPopupContainer: whole },
    elementTemplates: templates(offer, translate),
    names: { english: locale === "en" },
    exporter: { name: "Yikou", version: "1" },
    additionalModules: [simulation, ids, menus, names, panel, templateNames, { translate: ["value", translate], offer: ["value", offer] }],
  });
  let imported;
  try {
    imported = await editor.importXML(source);
  } catch (error) {
    editor.destroy();
    whole.remove();
    throw error;  // the shell then offers the text itself
  }
  if (imported.warnings.length && announce) announce(translate("{count} parts of the file could not be drawn.", { count: imported.warnings.length }));
  tools(row, editor, translate, whole);
  begin(editor);
  const calm = mend(whole, translate);
  const unheaded = header(side, editor);
  // Completion and verdicts are ours: the package's are those of another engine.
  let unwatch = () => {};
  const { known, stop } = knownVariables({ editor, side, key, source: text, offered: options?.variables ?? [] });
  feelSupport({ place: "process" }).then((feel) => {
    if (whole.isConnected) unwatch = feel.watch(whole, { complete: true, known });
  }, () => {});
  const mark = marks(editor, translate);
  const stack = editor.get("commandStack");
  editor.on("commandStack.changed", () => onChange && onChange());
  const sized = new ResizeObserver(() => editor.get("canvas").resized());
  sized.observe(canvas);
  whole.dataset.shown = "true";

  // What was never changed is given back to the byte.
  async function text() {
    return stack.canUndo() ? bpmnFromEditor((await editor.saveXML({ format: true })).xml, source) : source;
  }

  return {
    source: text,
    mark,
    show(id) {
      const shape = editor.get("elementRegistry").get(id);
      if (!shape) return false;
      editor.get("canvas").scrollToElement(shape, 120);
      editor.get("selection").select(shape);
      return true;
    },
    destroy() { sized.disconnect(); calm(); unwatch(); stop(); unheaded(); editor.destroy(); whole.remove(); },
  };
}
