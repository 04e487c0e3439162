// Shows a process diagram with the places of its tokens. The page says the same in words; this is a picture of it.
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

async function show(place) {
  const answer = await fetch(place.dataset.diagram, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { xml, active, visited, incidents } = await answer.json();
  if (!xml) return;
  const viewer = new NavigatedViewer({ container: place });
  await viewer.importXML(xml);
  const canvas = viewer.get("canvas");
  const elements = viewer.get("elementRegistry");
  if (document.documentElement.lang === "en") inEnglish(viewer, elements);
  const mark = (ids, name) => ids.filter((id) => elements.get(id)).forEach((id) => canvas.addMarker(id, name));
  mark(visited, "token-visited");
  mark(active, "token-active");
  mark(incidents, "token-incident");
  // A large diagram that fits is too small to read: then start where the case is.
  const here = active.find((id) => elements.get(id));
  if (canvas.zoom("fit-viewport", "auto") < 0.45 && here) {
    canvas.zoom(0.7);
    canvas.scrollToElement(here, 120);
  }
  place.dataset.shown = "true";
}

document.querySelectorAll("[data-diagram]").forEach((place) => {
  show(place).catch((error) => {
    place.textContent = place.getAttribute("aria-label");
    console.error(error);
  });
});
