// What a file of decisions holds beside its graph, to be read: types, what it takes from other files, services and lists.

import { make } from "./texts.js";

/** A closed list of all that, or nothing where there is none. `definitions`: as dmn-js read them; `t` says a text. */
export function restOf(definitions, t, open = false) {
  const lines = [
    ...many(definitions.itemDefinition).map((one) => line(t("Type"), one.name, said(one, t))),
    ...many(definitions.import).map((one) => line(t("Import"), one.name ?? "", one.locationURI ?? one.namespace ?? "")),
    ...services(definitions, t),
    ...many(definitions.elementCollection).map((one) => line(t("Collection"), one.name, names(definitions, one.drgElement))),
    ...many(definitions.businessContextElement).map((one) => line(t("Business context"), one.name, one.URI ?? "")),
  ];
  if (!lines.length) return [];
  const note = make("p", {}, t("This is kept as it is; it is changed as text."));
  return [make("details", { open }, make("summary", {}, `${t("Also in this file")} (${lines.length})`), note,
    make("div", { class: "st-boxed-scroll", tabindex: "0", role: "region", "aria-label": t("Also in this file") },
      make("table", { class: "st-box" }, make("tbody", {}, ...lines))))];
}

const many = (list) => list ?? [];

function line(kind, name, ...content) {
  return make("tr", {}, make("td", {}, kind), make("th", { scope: "row" }, name), make("td", {}, ...content));
}

function services(definitions, t) {
  const parts = [["outputDecision", t("Gives")], ["inputData", t("Takes")], ["inputDecision", t("Takes decisions")],
    ["encapsulatedDecision", t("Hides")]];
  return many(definitions.drgElement).filter((one) => one.$type === "dmn:DecisionService").map((one) => (
    line(t("Service"), one.name, parts.filter(([part]) => many(one[part]).length)
      .map(([part, head]) => `${head}: ${names(definitions, one[part])}`).join(" · "))));
}

// References lead to ids of this file or of another.
function names(definitions, references) {
  const found = new Map(many(definitions.drgElement).map((one) => [`#${one.id}`, one.name]));
  return many(references).map(({ href }) => found.get(href) ?? href).join(", ");
}

function said(type, t) {
  const parts = many(type.itemComponent);
  const limits = [type.allowedValues, type.typeConstraint].filter(Boolean).map((one) => one.text);
  const base = type.functionItem ? `${t("Function")} → ${type.functionItem.outputTypeRef ?? ""}` : type.typeRef;
  const inside = parts.length ? `{ ${parts.map((one) => `${one.name}: ${said(one, t)}`).join(", ")} }` : base ?? "";
  return `${type.isCollection ? `${t("List of")} ` : ""}${inside}${limits.length ? ` (${limits.join("; ")})` : ""}`;
}
