// What the editors' libraries lose when they write, put right around them. Measured on the reference files by
// tests/bench/bench_roundtrip.py: carriage returns in names, which the libraries write raw, so that the next reader takes
// them for spaces; attributes and references that they drop or make up. Of tables even more is kept: lossless.js.

const BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";
const LOST_ATTRIBUTES = ["sharedStyle", "messageVisibleKind"];
const LOST_CHILDREN = ["outMessageRef"];
const OWN = [BPMN, "http://www.omg.org/spec/BPMN/20100524/DI", "http://www.omg.org/spec/DD/20100524/DC",
  "http://www.omg.org/spec/DD/20100524/DI", "http://camunda.org/schema/zeebe/1.0", "http://camunda.org/schema/modeler/1.0",
  "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/2000/xmlns/"];

export function parsed(xml) {
  return new DOMParser().parseFromString(xml, "application/xml");
}

export function broken(file) {
  return file.getElementsByTagName("parsererror").length > 0;
}

/** What the modeler saved, with what it drops of its own accord. */
export function bpmnFromEditor(xml, original) {
  return restored(xml, original);
}

export function restored(xml, original) {
  const saved = xml.replace(/\r/g, "&#13;"); // a raw one is of a name or text: as a reference it is read as it was
  const [before, after] = [parsed(original), parsed(saved)];
  if (broken(before) || broken(after)) return saved;
  return restore(before.documentElement, after.documentElement) ? new XMLSerializer().serializeToString(after) : saved;
}

// Both elements stand for the same; whether anything had to be put back in it or below.
function restore(before, after) {
  let changed = attributes(before, after);
  if (after.localName === "BPMNPlane") changed = drawings(before, after) || changed;
  const left = groups(before), right = groups(after);
  for (const [tag, ones] of left) {
    const others = right.get(tag) || [];
    if (!others.length && LOST_CHILDREN.includes(ones[0].localName)) changed = putBack(ones, after) || changed;
    for (const [one, other] of pairs(ones, others)) changed = restore(one, other) || changed;
  }
  return changed;
}

function attributes(before, after) {
  let changed = false;
  for (const one of before.attributes) {
    const lost = one.namespaceURI ? !OWN.includes(one.namespaceURI) : LOST_ATTRIBUTES.includes(one.name)
      || !OWN.includes(before.namespaceURI) && !(before.namespaceURI || "").startsWith("https://www.omg.org/spec/DMN/");
    if (lost && !after.hasAttributeNS(one.namespaceURI, one.localName)) {
      after.setAttributeNS(one.namespaceURI, one.name, one.value);
      changed = true;
    }
  }
  const marker = "isMarkerVisible"; // made up for a gateway whose drawing does not say it
  if (after.localName === "BPMNShape" && after.hasAttribute(marker) && !before.hasAttribute(marker)
      && isExclusive(before) && isExclusive(after)) {
    after.removeAttribute(marker);
    changed = true;
  }
  return changed;
}

// The modeler shows the pools of a collaboration only: what is drawn beside them stays in the model and loses its shapes.
function drawings(before, after) {
  const whole = [...after.ownerDocument.getElementsByTagName("*")];
  const ids = new Set(whole.map((one) => one.id));
  const drawn = new Set(whole.filter((one) => one.hasAttribute("bpmnElement")).map((one) => one.getAttribute("bpmnElement")));
  const lost = [...before.children].filter((one) => {
    const element = one.getAttribute("bpmnElement");
    return one.id && !ids.has(one.id) && (!element || !drawn.has(element) && ids.has(element.replace(/^.*:/, "")));
  });
  lost.forEach((one) => after.append(after.ownerDocument.importNode(one, true)));
  return lost.length > 0;
}

function isExclusive(shape) {
  const id = (shape.getAttribute("bpmnElement") || "").replace(/^.*:/, "");
  return [...shape.ownerDocument.getElementsByTagNameNS(BPMN, "exclusiveGateway")].some((one) => one.id === id);
}

function putBack(ones, after) {
  const behind = [...after.children].filter((one) => one.localName === "inMessageRef").pop();
  for (const one of ones) {
    const copy = after.ownerDocument.importNode(one, true);
    if (behind) behind.after(copy);
    else after.append(copy);
  }
  return true;
}

export function tagOf(one) {
  return `{${one.namespaceURI}}${one.localName}`;
}

export function groups(node) {
  const found = new Map();
  for (const one of node.children) {
    const tag = tagOf(one);
    found.set(tag, [...(found.get(tag) || []), one]);
  }
  return found;
}

// By id where both have one; else by their place among those without, as long as there are as many on both sides.
export function pairs(ones, others) {
  const named = new Map(others.filter((one) => one.id).map((one) => [one.id, one]));
  const found = ones.filter((one) => named.has(one.id)).map((one) => [one, named.get(one.id)]);
  const [bare, bareOthers] = [ones, others].map((list) => list.filter((one) => !one.id));
  return bare.length === bareOthers.length ? [...found, ...bare.map((one, at) => [one, bareOthers[at]])] : found;
}
