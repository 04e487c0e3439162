// What dmn-js drops of a file is seen in what it writes before anybody has changed anything, and put back into what it
// writes later: elements, attributes and comments that none of its packages know.

import { broken, groups, pairs, parsed, restored, tagOf } from "./dialects.js";

const XMLNS = "http://www.w3.org/2000/xmlns/";

/**
 * Holds what a library drops of `original` of its own accord. `look(saved)`: a text it wrote before any change; answers
 * the names of the elements that it does not know. `back(saved)`: a later text, with all that in its place again, as far
 * as the element around it is still there. Comments count as dropped.
 */
export function lossless(original) {
  const before = parsed(original);
  const lost = new Set();
  return {
    look(saved) {
      const after = parsed(saved);
      lost.clear();
      if (!broken(before) && !broken(after)) collect(before.documentElement, after.documentElement, lost);
      return [...new Set([...lost].filter((one) => one.nodeType === Node.ELEMENT_NODE).map((one) => one.localName))];
    },
    back(saved) {
      const text = restored(saved, original);
      const after = parsed(text);
      if (broken(before) || broken(after)) return text;
      const put = refill(before.documentElement, after.documentElement, lost);
      return aroundRoot(before, after) || put ? new XMLSerializer().serializeToString(after) : text;
    },
  };
}

// Elements that stand for the same, before and after.
function partners(before, after) {
  const [left, right] = [groups(before), groups(after)];
  return new Map([...left].flatMap(([tag, ones]) => pairs(ones, right.get(tag) || [])));
}

function collect(before, after, lost) {
  for (const one of before.attributes) {
    if (one.namespaceURI !== XMLNS && !after.hasAttributeNS(one.namespaceURI, one.localName)) lost.add(one);
  }
  const right = groups(after);
  const found = partners(before, after);
  for (const one of before.childNodes) {
    if (found.has(one)) collect(one, found.get(one), lost);
    else if (one.nodeType === Node.COMMENT_NODE || one.nodeType === Node.ELEMENT_NODE && !right.has(tagOf(one))) lost.add(one);
  }
}

function refill(before, after, lost) {
  let changed = false;
  for (const one of before.attributes) {
    if (!lost.has(one) || after.hasAttributeNS(one.namespaceURI, one.localName)) continue;
    after.setAttributeNS(one.namespaceURI, one.name, one.value);
    changed = true;
  }
  const found = partners(before, after);
  let last = null;
  for (const one of before.childNodes) {
    if (found.has(one)) {
      last = found.get(one);
      changed = refill(one, last, lost) || changed;
    } else if (lost.has(one)) {
      last = insert(after, last, one);
      changed = true;
    }
  }
  return changed;
}

// Behind what it stood behind, on a line of its own where it had one.
function insert(parent, behind, one) {
  const copy = parent.ownerDocument.importNode(one, true);
  const space = one.previousSibling?.nodeType === Node.TEXT_NODE && !one.previousSibling.data.trim() ? one.previousSibling.data : "";
  if (behind) behind.after(space, copy);
  else parent.prepend(space, copy);
  return copy;
}

// What is said before and behind the file's only element.
function aroundRoot(before, after) {
  const ones = [...before.childNodes].filter((one) => one !== before.documentElement && one.nodeType !== Node.DOCUMENT_TYPE_NODE);
  const ahead = ones.filter((one) => one.compareDocumentPosition(before.documentElement) & Node.DOCUMENT_POSITION_FOLLOWING);
  after.documentElement.before(...ahead.map((one) => after.importNode(one, true)));
  after.append(...ones.filter((one) => !ahead.includes(one)).map((one) => after.importNode(one, true)));
  return ones.length > 0;
}
