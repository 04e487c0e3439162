// Shows a process diagram with the places of its tokens. The page says the same in words; this is a picture of it.
import { fetched, giveUp, view } from "./studio/viewing.js";

function badge(one) {
  const box = document.createElement(one.cases ? "a" : "span");
  if (one.cases) box.href = one.cases;
  box.className = "counts";
  box.title = one.says;
  for (const name of ["stopped", "live", "passed"]) {
    if (!one[name]) continue;
    const part = document.createElement("span");
    part.className = `count ${name}`;
    part.textContent = one[name];
    box.append(part);
  }
  if (one.cases) box.setAttribute("aria-label", one.says);
  return box;
}

// Numbers at the elements. Passages alone are shown at what people and other processes do, so that the drawing stays readable.
async function count(place, viewer) {
  const { elements: counted } = await fetched(place.dataset.counts);
  const elements = viewer.get("elementRegistry");
  const overlays = viewer.get("overlays");
  counted.forEach((one) => {
    const shape = elements.get(one.id);
    if (!shape || shape.waypoints) return;
    if (!one.live && !one.stopped && !/Task|Activity|SubProcess/.test(shape.type)) return;
    overlays.add(one.id, "counts", {
      position: { top: -14, left: 4 }, html: badge(one), scale: one.live || one.stopped ? { min: 0.75 } : true });
    if (one.stopped) viewer.get("canvas").addMarker(one.id, "token-incident");
    else if (one.live) viewer.get("canvas").addMarker(one.id, "token-active");
  });
  place.dataset.counted = "true";
}

async function show(place) {
  const { xml, active, visited, incidents } = await fetched(place.dataset.diagram);
  if (!xml) return;
  const viewer = await view(place, xml);
  const canvas = viewer.get("canvas");
  const elements = viewer.get("elementRegistry");
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
  const processes = viewer.getDefinitions().rootElements.filter((one) => one.$type === "bpmn:Process" && one.isExecutable);
  place.dataset.process = processes.map((one) => one.id).join(" ");
  place.dataset.shown = "true";
  if (place.dataset.counts) await count(place, viewer);
}

document.querySelectorAll("[data-diagram]").forEach((place) => {
  show(place).catch((error) => giveUp(place, error));
});
