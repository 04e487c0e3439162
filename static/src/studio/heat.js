// Figures of a period on a diagram: colour by the measure chosen, numbers at the elements, or how they differ from another
// period. A click on an element leads to its cases; for the keyboard the table has the same links.
import { fetched, giveUp, view } from "./viewing.js";

const STEPS = 5;
const SMALL = 0.005;
const MARKS = [...Array.from({ length: STEPS }, (_, at) => `heat-${at + 1}`), "heat-same",
  ...["less", "more"].flatMap((way) => [1, 2, 3].map((number) => `heat-${way}-${number}`))];

// A root keeps one very busy element from making all others pale.
function step(value, most) {
  return value > 0 ? Math.max(1, Math.ceil(STEPS * Math.sqrt(value / most))) : 0;
}

function rows() {
  return [...document.querySelectorAll("tr[data-element]")].map((row) => ({ id: row.dataset.element, data: row.dataset }));
}

// How much more (1 is twice) or less; Infinity for something where nothing was; null where nothing is compared.
function changeOf({ data }, measure) {
  const said = data[`${measure}Change`];
  if (said === "new") return Infinity;
  return said === undefined || said === "" || said === "None" ? null : Number(said);
}

// A tenth, a quarter and a half less; as much more.
function difference(change) {
  if (Math.abs(change) < 0.1) return "heat-same";
  const share = change < 0 ? -change : change / (1 + change);
  return `heat-${change < 0 ? "less" : "more"}-${change === Infinity || share >= 0.5 ? 3 : share >= 0.25 ? 2 : 1}`;
}

function badge(row, measure, drawn) {
  const { data } = row;
  const box = document.createElement("span");
  box.className = "heat-number";
  const change = changeOf(row, measure) ?? 0;
  if (Math.abs(change) >= SMALL) box.classList.add(change > 0 ? "more" : "less");
  const arrow = Math.abs(change) < SMALL ? "" : change > 0 ? " ▲" : " ▼";
  const differs = data[`${measure}Differs`];
  box.textContent = drawn === "change" && differs ? differs : data[`${measure}Says`] + arrow;
  const was = data[`${measure}Was`];
  box.title = `${data.name}: ${was === undefined ? "" : `${was} → `}${data[`${measure}Says`]}${differs ? ` ${differs}` : ""}`;
  return box;
}

function colour(viewer, measure, drawn) {
  const elements = viewer.get("elementRegistry");
  const canvas = viewer.get("canvas");
  const overlays = viewer.get("overlays");
  overlays.remove({ type: "heat" });
  elements.forEach((shape) => MARKS.forEach((mark) => canvas.removeMarker(shape.id, mark)));
  const flows = measure === "passages";
  const all = rows().map((row) => ({ ...row, value: Number(row.data[measure] || 0), change: changeOf(row, measure),
                                     shape: elements.get(row.id) }))
    .filter(({ shape }) => shape && (flows || !shape.waypoints));
  const found = all.filter(({ value, change }) => (drawn === "change" ? change !== null : value > 0));
  const most = Math.max(...found.map(({ value }) => value));
  found.forEach((one) => {
    canvas.addMarker(one.id, drawn === "change" ? difference(one.change) : `heat-${step(one.value, most)}`);
    // Numbers where people and other processes work; the table has them all.
    if (!/Task|Activity|SubProcess/.test(one.shape.type)) return;
    // Where the picture is too small for them they would hide it.
    overlays.add(one.id, "heat", { position: { bottom: 8, left: 4 }, html: badge(one, measure, drawn), scale: { min: 0.6 },
                                   show: { minZoom: 0.25 } });
  });
}

function told(measure, drawn) {
  document.querySelectorAll("[data-legend]").forEach((one) => { one.hidden = one.dataset.legend !== drawn; });
  document.querySelectorAll("[data-largest]").forEach((one) => { one.hidden = one.dataset.largest !== measure; });
}

async function show(place) {
  const { xml } = await fetched(place.dataset.heat);
  const viewer = await view(place, xml);
  const [measure, drawn] = ["[data-colour]", "[data-draw]"].map((name) => document.querySelector(name));
  viewer.get("canvas").zoom("fit-viewport", "auto");
  const behind = (element) => document.querySelector(`tr[data-element="${CSS.escape(element.id)}"]`)?.dataset.behind;
  const events = viewer.get("eventBus");
  events.on("element.click", ({ element }) => { if (behind(element)) window.location.assign(behind(element)); });
  events.on("element.hover", ({ element, gfx }) => gfx.classList.toggle("leads-on", Boolean(behind(element))));
  function paint() {
    colour(viewer, measure.value, drawn.value);
    told(measure.value, drawn.value);
    place.dataset.by = measure.value;
    place.dataset.drawn = drawn.value;
  }
  for (const chooser of [measure, drawn]) chooser.addEventListener("change", paint);
  paint();
  place.dataset.shown = "true";
}

// Whoever names days to compare with wants them compared.
function namesDays() {
  const against = document.querySelector("[data-against]");
  for (const name of ["first_before", "last_before"]) {
    document.getElementById(`c-${name}`)?.addEventListener("input", () => { against.value = "days"; });
  }
}

export function start() {
  namesDays();
  document.querySelectorAll("[data-heat]").forEach((place) => show(place).catch((error) => giveUp(place, error)));
}
