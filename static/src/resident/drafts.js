// What was begun stays on the device until it is sent, for a day. Words only: names and phones are not left behind.

const KEY = `yikou-draft:${document.querySelector('link[rel="manifest"]')?.href}:`;
const KEPT = ["c-text", "c-place_text", "text", "comment"];
const DAY = 86400000;

export function notice(main, text, kind, button) {
  const box = document.createElement("div");
  box.className = `notice ${kind}`;
  box.setAttribute("role", "status");
  box.append(Object.assign(document.createElement("p"), { textContent: text }));
  if (button) box.append(button);
  main.prepend(box);
  return box;
}

function stored(name) {
  try {
    const found = JSON.parse(localStorage.getItem(KEY + name) || "null");
    return found && Date.now() - found.at < DAY ? found.values : null;
  } catch { return null; }
}

function keep(form) {
  const values = {};
  for (const name of KEPT) if (form.elements.namedItem(name)) values[name] = form.elements.namedItem(name).value;
  try { localStorage.setItem(KEY + form.dataset.draft, JSON.stringify({ at: Date.now(), values })); } catch { /* full */ }
}

function restore(form) {
  let brought = false;
  for (const [name, value] of Object.entries(stored(form.dataset.draft) || {})) {
    const control = form.elements.namedItem(name);
    if (control && value && !control.value) {
      control.value = value;
      control.dispatchEvent(new Event("input", { bubbles: true }));
      brought = true;
    }
  }
  return brought;
}

function waitForLine(main, form, button) {
  const box = notice(main, main.dataset.offline, "warn");
  main.focus();
  window.addEventListener("online", () => {
    const send = Object.assign(document.createElement("button"), { type: "button", textContent: main.dataset.send });
    send.addEventListener("click", () => form.requestSubmit(button));
    box.replaceWith(notice(main, main.dataset.online, "good", send));
  }, { once: true });
}

export function keepDrafts(main) {
  for (const { dataset: { sent } } of document.querySelectorAll("[data-sent]")) { // one draft by name, or all of them
    Object.keys(localStorage).filter((key) => (sent ? key === KEY + sent : key.startsWith(KEY))).forEach((key) => localStorage.removeItem(key));
  }
  for (const form of document.querySelectorAll("form[data-draft]")) {
    if (restore(form)) notice(main, main.dataset.kept, "good");
    form.addEventListener("input", () => keep(form));
    form.addEventListener("submit", (event) => {
      if (navigator.onLine) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      keep(form);
      waitForLine(main, form, event.submitter || undefined);
    });
  }
}
