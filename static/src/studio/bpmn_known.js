// The variables that an expression of the panel may read, as the server's data flow knows them for the drawing as it is now.
import { is } from "bpmn-js/lib/util/ModelUtil";

import { sendJson } from "./server.js";

// Groups whose expressions are asked when an element is entered; all others are asked when it is left.
const ON_ENTRY = /^group-(inputs|timer|multiInstance|message|assignmentDefinition|yikou-(handling|call)|ElementTemplates__CustomProperties.*)$/;
const LONG = 200;

export function knownVariables({ editor, side, key, source, offered }) {
  const asked = new Map();
  let group = "", last = offered;
  // An editor in a window of its own stands outside of the panel: its field is where somebody was last.
  const noted = ({ target }) => { group = target.closest?.("[data-group-id]")?.dataset.groupId ?? group; };
  side.addEventListener("focusin", noted);
  side.addEventListener("pointerdown", noted);
  editor.on("commandStack.changed", () => asked.clear());

  async function ask(element, leaving) {
    const answer = await sendJson(`process/${key}/known`, { source: await source(), element, leaving });
    if (!answer.ok) throw new Error(String(answer.status));
    last = (await answer.json()).variables;
    return last;
  }

  function known(view) {
    const shape = editor.get("selection").get()[0]?.labelTarget ?? editor.get("selection").get()[0];
    const root = editor.get("canvas").getRootElement().businessObject;
    const object = shape && !is(shape, "bpmn:Participant") ? shape.businessObject : root;
    const place = view.dom.closest("[data-group-id]")?.dataset.groupId ?? group;
    const leaving = !ON_ENTRY.test(place);
    const name = `${object.id} ${leaving}`;
    if (asked.size > LONG) asked.clear();
    // A drawing that cannot be read for the moment leaves what was known last.
    if (!asked.has(name)) asked.set(name, ask(object.id, leaving).catch(() => { asked.delete(name); return last; }));
    return asked.get(name);
  }

  return { known, stop() { side.removeEventListener("focusin", noted); side.removeEventListener("pointerdown", noted); } };
}
