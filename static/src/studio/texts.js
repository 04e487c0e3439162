// Texts of the editors' packages in the reader's language.
//
// Packages that ask a `translate` service get `translator(words)`. Where a package writes English straight into the
// page, `watchTexts` puts the words in their place: only whole texts that stand in the dictionary, and never inside of
// `skip`, where what people wrote is shown.

const NONE = {};

export function wordsIn(locale, dictionary) {
  return locale === "zh" ? dictionary : NONE;
}

export function translator(words) {
  return (template, replacements = NONE) => (words[template] ?? template).replace(
    /{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
}

const ATTRIBUTES = ["title", "placeholder", "aria-label", "alt"];

// `own`: places inside of `skip` where the package speaks after all.
export function watchTexts(root, words, skip, own = ":not(*)") {
  if (words === NONE) return () => {};
  const observer = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(visit);
      else if (change.type === "characterData") text(change.target);
      else attribute(change.target, change.attributeName);
    }
  });
  const skipped = (element) => !element || (element.closest(skip) !== null && !element.matches(own));
  // A number inside of a text stands as {n} in the dictionary.
  function inWords(found) {
    const text = found.trim().replace(/\s+/g, " ");
    const [number] = /\d+/.exec(text) ?? [];
    return words[text] ?? (number && words[text.replace(number, "{n}")]?.replace("{n}", number));
  }

  function text(node) {
    const said = inWords(node.data);
    if (said !== undefined && said !== node.data && !skipped(node.parentElement)) node.data = said;
  }
  function attribute(element, name) {
    const said = inWords(element.getAttribute(name) ?? "");
    if (said !== undefined && element.getAttribute(name) !== said && !skipped(element)) element.setAttribute(name, said);
  }
  function visit(node) {
    if (node.nodeType === Node.TEXT_NODE) text(node);
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const name of ATTRIBUTES) if (node.hasAttribute(name)) attribute(node, name);
    node.childNodes.forEach(visit);
  }
  visit(root);
  observer.observe(root, { childList: true, subtree: true, characterData: true, attributes: true,
                           attributeFilter: ATTRIBUTES });
  return () => observer.disconnect();
}

// An element with attributes and children; texts become text nodes, never markup.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}
