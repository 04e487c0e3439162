// Figures of a period on a diagram: colour by the measure chosen, numbers at the elements. A click on
// an element leads to its cases; for the keyboard the table has the same links.
import { fetched, giveUp, view } from "./viewing.js";

const STEPS = 5;

// A root keeps one very busy element from making all others pale.
function step(value, most) {
  return value > 0 ? Math.max(1, Math.ceil(STEPS * Math.sqrt(value / most))) : 0;
}

function rows() {
  return [...document.querySelectorAll("tr[data-element]")].map((row) => ({ id: row.dataset.element, data: row.dataset }));
}

function badge({ data }, measure) {
  const box = document.createElement("span");
  box.className = "heat-number";
  const change = Number(data[`${measure}Change`] || 0);
  if (change) box.classList.add(change > 0 ? "more" : "less");
  box.textContent = data[`${measure}Says`];
  box.title = `${data.name}: ${data[`${measure}Says`]}`;
  return box;
}

function colour(viewer, measure) {
  const elements = viewer.get("elementRegistry");
  const canvas = viewer.get("canvas");
  const overlays = viewer.get("overlays");
  overlays.remove({ type: "heat" });
  elements.forEach((shape) => {
    for (let number = 1; number <= STEPS; number += 1) canvas.removeMarker(shape.id, `heat-${number}`);
  });
  const flows = measure === "passages";
  const found = rows().map((row) => ({ ...row, value: Number(row.data[measure] || 0), shape: elements.get(row.id) }))
    .filter(({ shape, value }) => shape && value > 0 && (flows || !shape.waypoints));
  const most = Math.max(...found.map(({ value }) => value));
  found.forEach((one) => {
    canvas.addMarker(one.id, `heat-${step(one.value, most)}`);
    // Numbers where people and other processes work; the table has them all.
    if (!/Task|Activity|SubProcess/.test(one.shape.type)) return;
    overlays.add(one.id, "heat", { position: { bottom: 8, left: 4 }, html: badge(one, measure), scale: { min: 0.75 } });
  });
}

async function show(place) {
  const { xml } = await fetched(place.dataset.heat);
  const viewer = await view(place, xml);
  const chooser = document.querySelector("[data-colour]");
  viewer.get("canvas").zoom("fit-viewport", "auto");
  colour(viewer, chooser.value);
  const behind = (element) => document.querySelector(`tr[data-element="${CSS.escape(element.id)}"]`)?.dataset.behind;
  const events = viewer.get("eventBus");
  events.on("element.click", ({ element }) => { if (behind(element)) window.location.assign(behind(element)); });
  events.on("element.hover", ({ element, gfx }) => gfx.classList.toggle("leads-on", Boolean(behind(element))));
  chooser.addEventListener("change", () => {
    colour(viewer, chooser.value);
    place.dataset.by = chooser.value;
  });
  place.dataset.by = chooser.value;
  place.dataset.shown = "true";
}

export function start() {
  document.querySelectorAll("[data-heat]").forEach((place) => show(place).catch((error) => giveUp(place, error)));
}
