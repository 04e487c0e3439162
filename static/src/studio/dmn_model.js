// What dmn-js may hold: its own description of DMN 1.3, with what 1.4 and 1.5 add and what it has left out, under the
// names of the file's own version. So nothing is renamed on the way in or out, and no element of the standard is dropped.

import dc from "dmn-moddle/resources/dmn/json/dc.json";
import di from "dmn-moddle/resources/dmn/json/di.json";
import dmn from "dmn-moddle/resources/dmn/json/dmn13.json";
import dmndi from "dmn-moddle/resources/dmn/json/dmndi13.json";

const OLDEST = "20191111";
const VERSIONS = [OLDEST, "20211108", "20230324"];
const AS_PROPERTY = { serialize: "property" };

const part = (name, type = "ChildExpression") => ({ name, type, xml: AS_PROPERTY });
const references = (name) => ({ name, type: "DMNElementReference", isMany: true, xml: AS_PROPERTY });
const attribute = (name, type = "String") => ({ name, type, isAttr: true });
const expression = (name, ...properties) => ({ name, superClass: ["Expression"], properties });
const iterator = (name, last) => ({ name, superClass: ["Iterator"], properties: [part(last)] });

const ADDED = [
  { name: "ChildExpression",
    properties: [{ ...attribute("id"), isId: true }, { name: "value", type: "Expression" }] },
  { name: "TypedChildExpression", superClass: ["ChildExpression"], properties: [attribute("typeRef")] },
  expression("Conditional", part("if"), part("then"), part("else")),
  expression("Filter", part("in"), part("match")),
  { ...expression("Iterator", attribute("iteratorVariable"), part("in", "TypedChildExpression")), isAbstract: true },
  iterator("For", "return"),
  iterator("Some", "satisfies"),
  iterator("Every", "satisfies"),
  { name: "OrganizationUnit", superClass: ["BusinessContextElement"],
    properties: [references("decisionMade"), references("decisionOwned")] },
];
const COLOURS = ["FillColor", "StrokeColor", "FontColor"];

/**
 * The packages for dmn-js (`moddleExtensions`) that can hold a file of this text. New ones each time: moddle writes into
 * what it is given, and would put the additions of the next file in other places.
 */
export function modelOf(xml) {
  const version = versionOf(xml);
  const [dmnOf13, dmndiOf13, diOf13, dcOf13] = structuredClone([dmn, dmndi, di, dc]);
  const named = (uri) => uri.replace(OLDEST, version);
  return {
    dmn: { ...dmnOf13, uri: named(dmnOf13.uri), types: [...dmnOf13.types.map(constrained), ...ADDED] },
    dmndi: { ...dmndiOf13, uri: named(dmndiOf13.uri), types: dmndiOf13.types.map(styled) },
    di: { ...diOf13, types: diOf13.types.map(withStyle) },
    dc: { ...dcOf13, types: dcOf13.types.map(coloured) },
  };
}

// As the root says it: a file of 1.5 may name an older version as that of what it imports.
function versionOf(xml) {
  const space = new DOMParser().parseFromString(xml, "application/xml").documentElement.namespaceURI ?? "";
  return VERSIONS.find((one) => space.includes(`/DMN/${one}/`)) ?? OLDEST;
}

function constrained(type) {
  if (type.name !== "ItemDefinition") return type;
  const properties = [...type.properties];
  properties.splice(properties.findIndex((one) => one.name === "allowedValues") + 1, 0, part("typeConstraint", "UnaryTests"));
  return { ...type, properties };
}

// A style within a shape stands before its bounds, so it is the property of what shapes are made from.
function withStyle(type) {
  if (type.name !== "DiagramElement") return type;
  return { ...type, properties: type.properties.map((one) => (
    one.name === "style" ? { name: "localStyle", type: "dmndi:DMNStyle" } : one)) };
}

function styled(type) {
  if (type.name === "DMNStyle") {
    return { ...type, properties: [...COLOURS.map((name) => part(name, "dc:Color")), ...type.properties] };
  }
  return { ...type, properties: type.properties?.filter((one) => one.name !== "localStyle") };
}

function coloured(type) {
  return type.name === "Color" ? { ...type, properties: ["red", "green", "blue"].map((name) => attribute(name, "Integer")) } : type;
}
