// What an expression of a decision may read, by the names that our engine knows: the variables of required inputs and
// decisions with the members of their types, required functions, parameters. dmn-js would offer the elements' titles.

import { is } from "dmn-js-shared/lib/util/ModelUtil";

const DEEPEST = 6;
const PLAIN = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const REQUIRED = [["informationRequirement", "requiredInput"], ["informationRequirement", "requiredDecision"],
  ["knowledgeRequirement", "requiredKnowledge"]];

/** [{ name, detail, entries }] for an element of the model, or anything inside of one; `definitions` is the whole file. */
export function variablesAt(element, definitions) {
  const file = new File(definitions);
  const found = new Map();
  for (let at = element; at; at = at.$parent) {
    for (const one of [...file.own(at), ...file.required(at)]) if (one.name && !found.has(one.name)) found.set(one.name, one);
  }
  for (const one of file.undeclared()) if (!found.has(one.name)) found.set(one.name, one);
  return [...found.values()];
}

/** For dmn-js: takes the place of its own list of variables. `definitions()`: the file as it stands. */
export function variableModule(definitions) {
  const provider = { getVariables: (_theirs, element) => variablesAt(element, definitions()) };
  return { __init__: [["variableResolver", (resolver) => resolver.registerProvider(provider)]] };
}

const many = (list) => list ?? [];
const nameOf = (element) => element.variable?.name || element.name || element.id;

class File {
  constructor(definitions) {
    this.elements = many(definitions?.drgElement);
    this.byHref = new Map(this.elements.map((one) => [`#${one.id}`, one]));
    this.types = new Map(many(definitions?.itemDefinition).map((one) => [one.name, one]));
  }

  // What the box itself lends to the expressions in it.
  own(at) {
    if (is(at, "dmn:FunctionDefinition")) return many(at.formalParameter).map((one) => this.variable(one.name, one.typeRef));
    if (is(at, "dmn:Context")) return many(at.contextEntry).filter((one) => one.variable)
      .map((one) => this.variable(one.variable.name, one.variable.typeRef));
    return at.iteratorVariable ? [this.variable(at.iteratorVariable, at.in?.typeRef)] : [];
  }

  required(at) {
    if (!is(at, "dmn:DRGElement")) return [];
    return REQUIRED.flatMap(([requirement, part]) => many(at[requirement]).map((one) => this.byHref.get(one[part]?.href)))
      .filter(Boolean).map((one) => this.lent(one));
  }

  lent(one) {
    const name = nameOf(one);
    if (is(one, "dmn:BusinessKnowledgeModel")) return this.call(name, many(one.encapsulatedLogic?.formalParameter));
    if (is(one, "dmn:DecisionService")) return this.call(name, [...many(one.inputData), ...many(one.inputDecision)]
      .map(({ href }) => this.byHref.get(href)).filter(Boolean).map((each) => ({ name: nameOf(each), typeRef: each.variable?.typeRef })));
    const made = this.variable(name, one.variable?.typeRef);
    return made.entries ? made : this.withOutputs(made, one.decisionLogic);
  }

  call(name, parameters) {
    return { name, type: "function", params: parameters.map((one) => ({ name: one.name, type: one.typeRef ?? "Any" })) };
  }

  // A table with several outputs gives all of them under their names.
  withOutputs(made, logic) {
    const outputs = is(logic, "dmn:DecisionTable") ? many(logic.output) : [];
    if (outputs.length === 1) return { ...made, detail: made.detail ?? outputs[0].typeRef };
    const entries = outputs.filter((one) => one.name).map((one) => this.variable(one.name, one.typeRef));
    return entries.length ? { ...made, entries } : made;
  }

  variable(name, typeRef, depth = 0) {
    const type = this.types.get(typeRef?.replace(/^.*:/, ""));
    const parts = depth < DEEPEST ? this.parts(type, depth) : [];
    return { name, ...(typeRef && { detail: typeRef }), ...(parts.length && { entries: parts }) };
  }

  parts(type, depth) {
    if (!type) return [];
    if (many(type.itemComponent).length) {
      return type.itemComponent.map((one) => (many(one.itemComponent).length
        ? { name: one.name, entries: this.parts(one, depth + 1) } : this.variable(one.name, one.typeRef, depth + 1)));
    }
    return this.variable(type.name, type.typeRef, depth + 1).entries ?? [];
  }

  // A file without input data reads whatever it is given: what its columns name is known to be.
  undeclared() {
    if (this.elements.some((one) => is(one, "dmn:InputData"))) return [];
    const decided = new Set(this.elements.map(nameOf));
    return this.elements.flatMap((one) => (is(one.decisionLogic, "dmn:DecisionTable") ? many(one.decisionLogic.input) : []))
      .filter((one) => PLAIN.test(one.inputExpression?.text?.trim() ?? "") && !decided.has(one.inputExpression.text.trim()))
      .map((one) => this.variable(one.inputExpression.text.trim(), one.inputExpression.typeRef));
  }
}
