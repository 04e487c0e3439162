// The Studio's editors without the Studio: a text goes in, what the editor would save comes out.
import BpmnModeler from "camunda-bpmn-js/lib/camunda-cloud/Modeler";
import DmnModeler from "dmn-js/lib/Modeler";
import { dmnForEditor, dmnFromEditor, bpmnFromEditor } from "../../static/src/studio/dialects.js";

function place() {
  document.body.innerHTML = '<div id="canvas" style="width: 1200px; height: 800px"></div>';
  return document.getElementById("canvas");
}

async function through(modeler, xml, into = (text) => text, back = bpmnFromEditor) {
  try {
    const { warnings } = await modeler.importXML(into(xml));
    const saved = await modeler.saveXML({ format: true });
    return { xml: back(saved.xml, xml), warnings: warnings.map((one) => String(one.message || one)), shown: document.querySelectorAll("svg .djs-element, table.tjs-table, .textarea, .literal-expression, .dmn-boxed-expression-container").length };
  } catch (error) {
    return { error: String(error.message || error), warnings: (error.warnings || []).map((one) => String(one.message || one)) };
  } finally {
    modeler.destroy();
  }
}

window.throughBpmn = (xml) => through(new BpmnModeler({ container: place(), disableAdjustOrigin: true }), xml);
window.throughDmn = (xml) => through(new DmnModeler({ container: place() }), xml, dmnForEditor, dmnFromEditor);
