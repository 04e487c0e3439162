// What every picture of a diagram shares: reading it, names in the reader's language, shapes by id.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

// The file's names are Chinese; its property name_en holds the English ones.
function englishName(element) {
  const properties = element.extensionElements?.values?.find((one) => one.$type === "zeebe:properties");
  return properties?.$children?.find((one) => one.name === "name_en")?.value;
}

function inEnglish(viewer, elements) {
  elements.forEach((shape) => {
    const name = shape.businessObject && englishName(shape.businessObject);
    if (!name) return;
    shape.businessObject.name = name;
    viewer.get("eventBus").fire("element.changed", { element: shape });
  });
}

// A viewer in `place` with the diagram of these bytes, named in the page's language.
export async function view(place, xml) {
  const viewer = new NavigatedViewer({ container: place });
  await viewer.importXML(xml);
  if (document.documentElement.lang === "en") inEnglish(viewer, viewer.get("elementRegistry"));
  return viewer;
}

export async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

// When a picture cannot be drawn, its place says what it would have shown; the page has the words.
export function giveUp(place, error) {
  place.textContent = place.getAttribute("aria-label");
  console.error(error);
}

// Brings an element to the middle of the picture, large enough to read.
export function reveal(viewer, id) {
  const shape = viewer.get("elementRegistry").get(id);
  if (!shape) return false;
  const canvas = viewer.get("canvas");
  const box = shape.waypoints
    ? shape.waypoints.reduce((found, { x, y }) => ({
      left: Math.min(found.left, x), right: Math.max(found.right, x), top: Math.min(found.top, y), bottom: Math.max(found.bottom, y),
    }), { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity })
    : { left: shape.x, right: shape.x + shape.width, top: shape.y, bottom: shape.y + shape.height };
  const { outer } = canvas.viewbox();
  const scale = Math.min(0.9, outer.width / (box.right - box.left + 160), outer.height / (box.bottom - box.top + 120));
  const width = outer.width / scale;
  const height = outer.height / scale;
  canvas.viewbox({ x: (box.left + box.right - width) / 2, y: (box.top + box.bottom - height) / 2, width, height });
  return true;
}
