// Logic that dmn-js has no editor for, to be read: contexts, lists, relations, invocations, functions, conditions,
// filters and iterations as the boxes of the standard, and tables that stand inside of such a box.

import EventBus from "diagram-js/lib/core/EventBus";
import { is } from "dmn-js-shared/lib/util/ModelUtil";
import { addProjectLogo } from "dmn-js-shared/lib/util/PoweredByUtil";
import { make } from "./texts.js";

/** The logic of a decision or of a knowledge model; undefined where there is none. */
export function logicOf(element) {
  if (is(element, "dmn:Decision")) return element.decisionLogic;
  return is(element, "dmn:BusinessKnowledgeModel") ? element.encapsulatedLogic : undefined;
}

/** Whether dmn-js has no editor for what an element of the model holds. */
export function isBoxed(element) {
  const logic = logicOf(element);
  if (!logic) return false;
  if (is(element, "dmn:BusinessKnowledgeModel")) return !is(logic.body, "dmn:LiteralExpression");
  return !is(logic, "dmn:DecisionTable") && !is(logic, "dmn:LiteralExpression");
}

/** In the graph: the button that leads from an element to its boxes. */
export const drillDown = {
  __init__: [["eventBus", "drillDown", (eventBus, drillDown) => {
    eventBus.on("shape.added", ({ element }) => {
      if (isBoxed(element.businessObject)) drillDown.addOverlay(element, "dmn-icon-info", "Open boxed expression");
    });
  }]],
};

/** A view of dmn-js for one element. Options: `t` says a text in the reader's language. */
export class BoxedView {
  constructor({ t }) {
    this.t = t;
    this.bus = new EventBus();
    this.container = make("div", { class: "st-boxed" });
  }

  async open(element) {
    const { t } = this;
    const logic = logicOf(element);
    const title = make("h2", {}, element.name || element.id, ...typed(element.variable));
    const hint = make("p", { class: "st-boxed-hint" }, t("This kind of expression is shown here and changed as text."));
    this.container.replaceChildren(title, hint, make("div", { class: "st-boxed-scroll", tabindex: "0", role: "region",
      "aria-label": element.name || element.id }, box(logic, t)));
    addProjectLogo(this.container);
    this.bus.fire("import", element);
    return { warnings: [] };
  }

  attachTo(parent) {
    parent.append(this.container);
    this.bus.fire("attach");
  }

  detach() { this.container.remove(); }

  clear() { this.container.replaceChildren(); }

  destroy() { this.container.remove(); }

  get() { return undefined; }

  on(...given) { this.bus.on(...given); }

  off(...given) { this.bus.off(...given); }
}

function typed(item) {
  return item?.typeRef ? [" ", make("span", { class: "st-boxed-type" }, item.typeRef)] : [];
}

function box(logic, t) {
  const kind = logic?.$type?.split(":")[1];
  const made = (BOXES[kind] ?? unknown)(logic, t);
  if (logic?.id) made.dataset.boxed = logic.id;
  return made;
}

function unknown(logic, t) {
  return make("em", {}, logic ? logic.$type.split(":")[1] : t("Nothing is written here."));
}

// Rows of a head and a box each; `kind` says on top what the whole is.
function rows(kind, pairs, t) {
  return make("table", { class: "st-box" }, make("caption", {}, kind), make("tbody", {}, ...pairs.map(([head, logic, id]) => {
    const line = make("tr", {}, make("th", { scope: "row" }, ...[head].flat()), make("td", {}, box(logic, t)));
    if (id) line.dataset.boxed = id;
    return line;
  })));
}

const named = (item) => [item?.name ?? "", ...typed(item)];
const many = (list) => list ?? [];

const BOXES = {
  LiteralExpression: (one) => make("code", { class: "st-box-text" }, one.text ?? one.importedValues?.importedElement ?? ""),
  UnaryTests: (one) => make("code", { class: "st-box-text" }, one.text ?? ""),
  Context: (one, t) => rows(t("Context"), many(one.contextEntry).map((entry) => (
    [entry.variable ? named(entry.variable) : t("Result"), entry.value, entry.id])), t),
  List: (one, t) => rows(t("List"), many(one.elements).map((each, at) => [String(at + 1), each]), t),
  Relation: (one, t) => grid(t("Relation"), many(one.column).map(named), many(one.row).map((row) => (
    [many(row.elements).map((each) => box(each, t)), row.id]))),
  DecisionTable: (one, t) => table(one, t),
  Invocation: (one, t) => rows(t("Invocation"), [[t("Function"), one.calledFunction],
    ...many(one.binding).map((each) => [named(each.parameter), each.bindingFormula])], t),
  FunctionDefinition: (one, t) => rows(t("Function"), [[[`${one.kind && one.kind !== "FEEL" ? one.kind : ""}(`,
    ...many(one.formalParameter).flatMap((each, at) => [at ? ", " : "", ...named(each)]), ")"], one.body]], t),
  Conditional: (one, t) => rows(t("Condition"), [[t("If"), one.if?.value, one.if?.id], [t("Then"), one.then?.value, one.then?.id],
    [t("Else"), one.else?.value, one.else?.id]], t),
  Filter: (one, t) => rows(t("Filter"), [[t("Of the list"), one.in?.value, one.in?.id],
    [t("those for which"), one.match?.value, one.match?.id]], t),
  For: (one, t) => each(one, "return", t("Iteration"), t("gives"), t),
  Some: (one, t) => each(one, "satisfies", t("At least one"), t("satisfies"), t),
  Every: (one, t) => each(one, "satisfies", t("Every one"), t("satisfies"), t),
};

function each(one, last, kind, says, t) {
  const head = [make("code", {}, one.iteratorVariable ?? ""), ...typed(one.in), " ", t("from the list")];
  return rows(kind, [[head, one.in?.value, one.in?.id], [says, one[last]?.value, one[last]?.id]], t);
}

function table(one, t) {
  const policy = `${t("Decision table")} · ${one.hitPolicy ?? "UNIQUE"}${one.aggregation ? ` ${one.aggregation}` : ""}`;
  const heads = [...many(one.input).map((column) => [column.label || column.inputExpression?.text || ""]),
    ...many(one.output).map((column) => [column.label || column.name || t("Result")])];
  return grid(policy, heads, many(one.rule).map((rule) => (
    [[...many(rule.inputEntry), ...many(rule.outputEntry)].map((entry) => box(entry, t)), rule.id])));
}

function grid(kind, heads, lines) {
  return make("table", { class: "st-box" }, make("caption", {}, kind),
    make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, ...head)))),
    make("tbody", {}, ...lines.map(([cells, id]) => {
      const line = make("tr", {}, ...cells.map((cell) => make("td", {}, cell)));
      if (id) line.dataset.boxed = id;
      return line;
    })));
}
