// The editor of decisions: tables, literal and boxed expressions, and the graph of what requires what.
//
// mount() as all editors of the Studio. The file stays ours: what dmn-js does not know is kept, and the text is given
// back as it came while nothing was changed.

import { drillDown } from "./dmn_boxed.js";
import { modelOf } from "./dmn_model.js";
import { Modeler } from "./dmn_modeler.js";
import { restOf } from "./dmn_rest.js";
import { services } from "./dmn_services.js";
import { variableModule, variablesAt } from "./dmn_variables.js";
import { zh } from "./dmn_words.js";
import { feelSupport } from "./feel_support.js";
import { make, translator, watchTexts, wordsIn } from "./texts.js";

const WROTE = ".djs-element, .literal-expression, .content-editable, .cm-content, .input-label, .input-expression, " +
  ".output-label, .output-name, .decision-table-name, .annotation-cell, .st-tab, .st-boxed, .st-dmn-rest";

export async function mount({ place, source, locale, onChange = () => {}, say = () => {} }) {
  const words = wordsIn(locale, zh);
  const t = translator(words);
  const tabs = make("div", { class: "st-tabs", role: "tablist", "aria-label": t("Views") });
  const canvas = make("div", { class: "st-canvas", id: "st-dmn-view", role: "tabpanel" });
  place.classList.add("st-dmn");
  const rest = make("div", { class: "st-dmn-rest" });
  place.append(tabs, canvas, rest);

  const feel = await feelSupport({ place: "table" });
  const translating = { translate: ["value", t] };
  const modeler = new Modeler({
    container: canvas,
    moddleExtensions: modelOf(source),
    common: { feelLanguageContext: feel.languageContext },
    boxed: { t },
    drd: { additionalModules: [translating, drillDown, services] },
    ...forEachView({ additionalModules: [translating, variableModule(() => modeler.getDefinitions())] }),
  });
  const stopTexts = watchTexts(canvas, words, WROTE);
  const stopFeel = feel.watch(canvas);
  let changed = false, found = [], marked = [];

  modeler.on("views.changed", () => { showTabs(); showRest(); know(); paint(); });
  modeler.on("viewer.created", ({ viewer }) => {
    viewer.on("commandStack.changed", () => {
      changed = changed || viewer.get("commandStack").canUndo();
      if (changed) onChange();
      know();
      paint();
    });
    viewer.on(["elements.changed", "render.table", "attach", "contextPad.open"], paint);
  });

  try {
    const { unknown } = await modeler.read(source);
    if (unknown.length) say(t("Kept as it is, but not shown: {names}", { names: unknown.join(", ") }), "warning");
  } catch (error) {
    stopTexts();
    stopFeel();
    modeler.destroy();
    place.replaceChildren();
    throw new Error(t("The file cannot be shown: {reason}", { reason: error.message }));
  }
  const first = modeler.getViews().find((view) => view.type !== "drd");
  if (first && modeler.getViews().filter((view) => view.type !== "drd").length === 1) await modeler.open(first);
  else if (modeler.getActiveView()?.type === "drd") fit();
  showTabs();
  paint();

  function act(name) {
    modeler.getActiveViewer()?.get("editorActions")?.trigger(name);
  }

  // Names of several words are read as one only by who knows them: what was checked with others is checked anew.
  function know() {
    const view = modeler.getActiveView();
    const found = view && view.type !== "drd" ? variablesAt(view.element.encapsulatedLogic ?? view.element, modeler.getDefinitions()) : [];
    if (found.map((one) => one.name).join("\n") !== feel.variables.map((one) => one.name).join("\n")) feel.past?.clear();
    feel.variables = found;
  }

  function showRest() {
    const definitions = modeler.getDefinitions();
    const open = rest.querySelector("details")?.open ?? false;
    rest.replaceChildren(...definitions ? restOf(definitions, t, open) : []);
  }

  function title(view) {
    return view.type === "drd" ? t("Requirements") : view.element.name || view.element.id;
  }

  function showTabs() {
    const active = modeler.getActiveView();
    const focused = tabs.contains(document.activeElement);
    tabs.replaceChildren(...modeler.getViews().map((view) => make("button", {
      type: "button", role: "tab", class: `st-tab st-tab-${view.type}`, "data-view": view.element.id,
      "aria-selected": String(view.element === active?.element), "aria-controls": canvas.id,
      tabindex: view.element === active?.element ? "0" : "-1",
      onclick: () => open(view), onkeydown: arrow,
    }, title(view))));
    if (focused) tabs.querySelector("[aria-selected=true]")?.focus();
  }

  function arrow(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const views = modeler.getViews();
    const at = views.findIndex((view) => view.element.id === event.target.dataset.view);
    open(views[(at + step + views.length) % views.length]);
    event.preventDefault();
  }

  async function open(view) {
    if (view.element !== modeler.getActiveView()?.element) await modeler.open(view);
    if (view.type === "drd") fit();
    showTabs();
    paint();
  }

  // The whole graph, but not larger than it is.
  function fit() {
    const view = modeler.getActiveViewer().get("canvas");
    view.zoom("fit-viewport", "auto");
    if (view.zoom() > 1) view.zoom(1, "auto");
  }

  // The view that shows an element: its decision or knowledge model; what stands only in the graph, in the graph.
  function viewOf(id) {
    const views = modeler.getViews();
    for (const view of views.filter((one) => one.type !== "drd")) if (holds(view.element, id)) return view;
    return views.find((view) => view.type === "drd") ?? views[0];
  }

  async function show(id, { cell } = {}) {
    const view = viewOf(id);
    if (!view) return;
    await open(view);
    const spot = placeOf(id, cell);
    if (spot) {
      spot.scrollIntoView({ block: "center", inline: "center" });
      const into = spot.dataset.boxed ? null
        : spot.querySelector("[contenteditable]") ?? spot.parentElement.querySelector("td [contenteditable]");
      into?.focus({ preventScroll: true });
    } else if (view.type === "drd") {
      const viewer = modeler.getActiveViewer();
      const element = viewer.get("elementRegistry").get(id);
      if (element) {
        viewer.get("canvas").scrollToElement?.(element);
        viewer.get("selection").select(element);
      }
    }
  }

  // A cell, a row's cell in a column (counted from 1), a row's number, a column's head, or the table of a decision.
  function placeOf(id, cell) {
    const name = CSS.escape(id);
    const column = cell?.column;
    const row = [...canvas.querySelectorAll(`td[data-row-id="${name}"]`)];
    return canvas.querySelector(`td[data-element-id="${name}"], th[data-col-id="${name}"], [data-boxed="${name}"]`) ??
      (column ? row[column - 1] : row[0]?.parentElement.querySelector("td")) ?? null;
  }

  // Marks go where the package has drawn its cells; it draws them anew, so they are put back each time.
  function paint() {
    cancelAnimationFrame(paint.next);
    paint.next = requestAnimationFrame(() => {
      for (const cell of marked) cell.classList.remove("st-error", "st-hint");
      marked = [];
      canvas.querySelector("th.index-column:empty")?.setAttribute("role", "cell"); // it heads nothing
      for (const entry of canvas.querySelectorAll(".entry[aria-label]")) entry.title = entry.ariaLabel;
      for (const one of found) {
        const cell = one.element && placeOf(one.element, one.cell);
        if (!cell) continue;
        cell.classList.add(one.severity === "error" ? "st-error" : "st-hint");
        cell.title = one.text;
        marked.push(cell);
      }
    });
  }

  function mark(given) {
    for (const cell of marked) cell.removeAttribute("title");
    found = given;
    paint();
  }

  async function text() {
    if (!changed) return source;
    return modeler.text();
  }

  return {
    source: text, mark, show, modeler, undo: () => act("undo"), redo: () => act("redo"),
    destroy() {
      cancelAnimationFrame(paint.next);
      stopTexts();
      stopFeel();
      modeler.destroy();
      place.replaceChildren();
      place.classList.remove("st-dmn");
    },
  };
}

function forEachView(given) {
  return Object.fromEntries(["decisionTable", "literalExpression", "boxedExpression"].map((id) => [id, given]));
}

// Whether an element of the model holds one with this id, anywhere below it.
function holds(element, id, seen = new Set()) {
  if (!element || typeof element !== "object" || seen.has(element)) return false;
  seen.add(element);
  if (element.id === id) return true;
  return (element.$descriptor?.properties ?? []).some(({ name, isReference }) => {
    if (isReference || name.startsWith("$")) return false;
    const value = element.get(name);
    return Array.isArray(value) ? value.some((one) => holds(one, id, seen)) : holds(value, id, seen);
  });
}
