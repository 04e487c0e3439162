// Two versions of a diagram beside each other: marks from the page's list, one movement for both, names lead to elements.
import { fetched, giveUp, reveal, view } from "./viewing.js";

const SIGNS = { added: "+", removed: "−", changed: "≠", moved: "↔" };
const SHOWN = { old: ["removed", "changed", "moved"], new: ["added", "changed", "moved"] };

function listed(page) {
  return [...page.querySelectorAll("li[data-element]")].map((line) => ({
    id: line.dataset.element, kind: line.dataset.kind, says: line.querySelector(".sign").textContent.trim() }));
}

// A flow's sign stands at its middle, a shape's at its upper left.
function position(shape) {
  if (!shape.waypoints) return { top: -12, left: -10 };
  const middle = shape.waypoints[Math.floor((shape.waypoints.length - 1) / 2)];
  const next = shape.waypoints[Math.floor((shape.waypoints.length - 1) / 2) + 1];
  const left = Math.min(...shape.waypoints.map(({ x }) => x));
  const top = Math.min(...shape.waypoints.map(({ y }) => y));
  return { left: (middle.x + next.x) / 2 - left - 10, top: (middle.y + next.y) / 2 - top - 11 };
}

function mark(viewer, changes, side) {
  const elements = viewer.get("elementRegistry");
  changes.filter(({ kind }) => SHOWN[side].includes(kind)).forEach(({ id, kind, says }) => {
    const shape = elements.get(id);
    if (!shape || !shape.parent) return;
    viewer.get("canvas").addMarker(id, `differs-${kind}`);
    // Of flows that only follow their ends a line is enough.
    if (kind === "moved" && shape.waypoints) return;
    const sign = document.createElement("span");
    sign.className = `sign ${kind}`;
    sign.textContent = SIGNS[kind];
    sign.title = says;
    viewer.get("overlays").add(id, "differences", { position: position(shape), html: sign, scale: { min: 0.7 } });
  });
}

// What is panned or zoomed in one picture is in the other, too.
function together(viewers) {
  let busy = false;
  viewers.forEach((viewer) => viewer.get("eventBus").on("canvas.viewbox.changed", ({ viewbox }) => {
    if (busy) return;
    busy = true;
    viewers.filter((other) => other !== viewer).forEach((other) => {
      const { outer } = other.get("canvas").viewbox();
      const scale = viewbox.scale;
      other.get("canvas").viewbox({ x: viewbox.x, y: viewbox.y, width: outer.width / scale, height: outer.height / scale });
    });
    busy = false;
  }));
}

export async function show(page) {
  const places = [...page.querySelectorAll("[data-diagram-of]")];
  const changes = listed(document);
  const viewers = await Promise.all(places.map(async (place) => {
    const { xml } = await fetched(place.dataset.diagramOf);
    const viewer = await view(place, xml);
    mark(viewer, changes, place.dataset.side);
    return viewer;
  }));
  viewers[viewers.length - 1].get("canvas").zoom("fit-viewport", "auto");
  together(viewers);
  viewers[viewers.length - 1].get("eventBus").fire("canvas.viewbox.changed", {
    viewbox: viewers[viewers.length - 1].get("canvas").viewbox() });
  places.forEach((place) => { place.dataset.shown = "true"; });
  const chosen = (id) => viewers.forEach((viewer) => {
    const canvas = viewer.get("canvas");
    viewer.get("elementRegistry").forEach((shape) => canvas.removeMarker(shape.id, "jumped-to"));
    if (viewer.get("elementRegistry").get(id)) canvas.addMarker(id, "jumped-to");
  });
  document.querySelectorAll("[data-jump]").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    const id = link.dataset.jump;
    const there = [...viewers].reverse().find((viewer) => viewer.get("elementRegistry").get(id));
    if (!there) return;
    page.scrollIntoView({ block: "start" });
    page.focus({ preventScroll: true });
    reveal(there, id);
    chosen(id);
  }));
}

export function start() {
  document.querySelectorAll("[data-differences]").forEach((page) => {
    show(page).catch((error) => page.querySelectorAll("[data-diagram-of]").forEach((place) => giveUp(place, error)));
  });
}
