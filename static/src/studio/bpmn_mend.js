// Small repairs of the bundled widgets' markup: texts that they do not translate, names for buttons, keyboard for what only a mouse reaches.
const TEXTS = ["Token Simulation", "Simulation Log", "No Entries", "Reset Simulation", "Pause Simulation", "Play Simulation",
  "Play/Pause Simulation", "Toggle Simulation Log", "Set Sequence Flow", "Trigger Event", "Add pause point", "Remove pause point",
  "Found unsupported elements", "Not supported", "Finished", "Process started", "Process finished", "Process canceled", "Subprocess",
  "Subprocess started", "Subprocess finished", "Subprocess canceled", "Gateway", "Task", "Start Event", "End Event", "Intermediate Event",
  "Boundary Event", "Event", "Close", "Search in diagram", "Element has no incoming or outgoing sequence flows",
  // The panel's own buttons: it is handed our translation only in part.
  "Toggle section", "Toggle list item", "Create new list item", "Delete item", "Section contains edits", "Section contains an error",
  "Open pop-up editor", "Opened in popup", "Opened in editor", "Save and close", "FEEL expression is mandatory",
  "Click to set a dynamic value with FEEL expression", "Click to remove dynamic value with FEEL expression"];
const WITH_VALUE = [[/^List contains (\d+) items?$/, "List contains {value} items"],
  [/^Set animation speed = (.+)$/, "Set animation speed = {value}"],
  [/^Focus process instance (.+)$/, "Focus process instance {value}"]];
const SPOKEN = ["title", "aria-label", "placeholder"];
const OURS = ".bts-toggle-mode, .bts-palette, .bts-log, .bts-notifications, .bts-notification, .bts-context-pad, .bts-element-notification, "
  + ".bts-set-animation-speed, .bts-scopes, .djs-search-container";

export { TEXTS };

export function translated(text, say) {
  const bare = text.trim();
  if (TEXTS.includes(bare)) return text.replace(bare, say(bare));
  const found = WITH_VALUE.map(([form, key]) => [form.exec(bare), key]).find(([match]) => match);
  return found ? say(found[1], { value: found[0][1] }) : text;
}

function texts(place, say) {
  const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const now = translated(node.data, say);
    if (now !== node.data) node.data = now;
  }
}

function named(place, say) {
  for (const one of [place, ...place.querySelectorAll("[title], [aria-label], [placeholder]")]) {
    for (const name of SPOKEN) {
      const value = one.getAttribute(name);
      const now = value && translated(value, say);
      if (value && now !== value) one.setAttribute(name, now);
    }
    if (one.matches("button, [role=button], input") && !one.getAttribute("aria-label") && one.title) one.setAttribute("aria-label", one.title);
  }
}

// A thing that is clicked is a button: it has a name, takes the focus, and Enter presses it.
function button(one, label) {
  if (one.hasAttribute("role") && one.tabIndex === 0) return;
  one.setAttribute("role", "button");
  one.tabIndex = 0;
  if (label && !one.getAttribute("aria-label")) one.setAttribute("aria-label", label);
  one.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    one.click();
  });
}

function palette(place) {
  place.querySelectorAll(".djs-palette .entry, .djs-context-pad .entry").forEach((one) => button(one, one.title));
}

function widgets(place, say) {
  place.querySelectorAll(".djs-palette .entries, .djs-container > svg[tabindex]").forEach((one) => {
    if (one.matches("svg")) {
      one.setAttribute("role", "application");
      one.setAttribute("aria-label", say("Drawing of the process"));
    }
  });
  place.querySelectorAll(".djs-minimap .toggle").forEach((one) => button(one, one.title || say("Open minimap")));
  place.querySelectorAll(".bts-toggle-mode").forEach((one) => button(one, say("Token Simulation")));
  place.querySelectorAll(".djs-search-input input, .djs-search-container input").forEach((one) => one.setAttribute("aria-label", say("Search in diagram")));
  place.querySelectorAll("h3.djs-popup-title").forEach((one) => one.setAttribute("aria-level", "2"));
  place.querySelectorAll(".djs-popup-search input").forEach((one) => one.setAttribute("aria-label", say("Search")));
  place.querySelectorAll("a.bjs-powered-by").forEach((one) => one.setAttribute("aria-label", "bpmn.io"));
}

// The large window of a formula is headed by the type as files write it.
function popups(place, say) {
  place.querySelectorAll(".bio-properties-panel-popup").forEach((one) => {
    named(one, say);
    const title = one.querySelector(".bio-properties-panel-popup__title");
    const [whole, type, rest] = /^bpmn:(\w+)( .*)$/s.exec(title?.textContent || "") || [];
    if (!whole) return;
    title.textContent = say(type.replace(/\B[A-Z]/g, " $&")) + rest;
    one.setAttribute("aria-label", title.textContent);
  });
}

function panel(place, say) {
  const box = place.querySelector(".bio-properties-panel-scroll-container");
  if (box && !box.hasAttribute("tabindex")) {
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", say("Properties"));
  }
  place.querySelectorAll(".bio-properties-panel-feel-editor-container .cm-content:not([aria-label])").forEach((one) => {
    const label = one.closest(".bio-properties-panel-entry")?.querySelector("label");
    one.setAttribute("aria-label", label ? label.textContent : say("Formula"));
  });
  // An element that has nothing but a picture in it, or carries an attribute its role does not know.
  place.querySelectorAll("button.bio-properties-panel-group-header-button, button.bio-properties-panel-arrow").forEach((one) => {
    if (!one.getAttribute("aria-label") && one.title) one.setAttribute("aria-label", one.title);
  });
}

// These fields look at keys; what comes by an input method, by voice or by pasting has none.
function listening(event) {
  if (event.target.closest(".djs-search-input, .djs-popup-search")) event.target.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
}

// Keeps `place` mended while it changes. Returns what ends it.
export default function mend(place, say) {
  const all = () => {
    place.querySelectorAll(OURS).forEach((one) => { texts(one, say); named(one, say); });
    place.querySelectorAll(".bpmn-side").forEach((one) => named(one, say));
    palette(place);
    widgets(place, say);
    panel(place, say);
    popups(place, say);
  };
  let waits = false;
  const watcher = new MutationObserver(() => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => { waits = false; all(); watcher.takeRecords(); });
  });
  watcher.observe(place, { childList: true, subtree: true, characterData: true });
  place.addEventListener("input", listening);
  all();
  return () => watcher.disconnect();
}
