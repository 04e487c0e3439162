// The Studio's editors without the Studio: a text goes in, what the editor would save comes out.
import BpmnModeler from "camunda-bpmn-js/lib/camunda-cloud/Modeler";
import { bpmnFromEditor } from "../../static/src/studio/dialects.js";
import { modelOf } from "../../static/src/studio/dmn_model.js";
import { Modeler as DmnModeler } from "../../static/src/studio/dmn_modeler.js";

const SHOWN = "svg .djs-element, table.tjs-table, .textarea, .literal-expression, .dmn-boxed-expression-container, .st-box";

function place() {
  document.body.innerHTML = '<div id="canvas" style="width: 1200px; height: 800px"></div>';
  return document.getElementById("canvas");
}

async function through(modeler, write) {
  try {
    return await write(modeler);
  } catch (error) {
    return { error: String(error.message || error) };
  } finally {
    modeler.destroy();
  }
}

const shown = () => document.querySelectorAll(SHOWN).length;

window.throughBpmn = (xml) => through(new BpmnModeler({ container: place(), disableAdjustOrigin: true }), async (modeler) => {
  await modeler.importXML(xml);
  return { xml: bpmnFromEditor((await modeler.saveXML({ format: true })).xml, xml), shown: shown(), unknown: [] };
});

// Every view of a file of decisions is opened: none fails, none is empty, and none changes anything by being looked at.
window.throughDmn = (xml) => through(new DmnModeler({ container: place(), moddleExtensions: modelOf(xml),
                                                      boxed: { t: (text) => text } }), async (modeler) => {
  const { unknown } = await modeler.read(xml);
  const views = [];
  for (const view of modeler.getViews()) {
    await modeler.open(view);
    views.push(shown());
  }
  return { xml: await modeler.text(), shown: Math.min(...views), unknown };
});

// As `throughDmn`, with one cell of the first table changed to `text`; empty: changed and taken back.
window.changedDmn = (xml, text) => through(new DmnModeler({ container: place(), moddleExtensions: modelOf(xml),
                                                            boxed: { t: (said) => said } }), async (modeler) => {
  await modeler.read(xml);
  await modeler.open(modeler.getViews().find((view) => view.type === "decisionTable"));
  const viewer = modeler.getActiveViewer();
  viewer.get("modeling").editCell(viewer.get("sheet").getRoot().rows[0].cells[0].businessObject, text || "1");
  if (!text) viewer.get("commandStack").undo();
  return { xml: await modeler.text() };
});
