// Residents' pages work without this. It keeps what was begun, reads aloud, and puts the window on a phone.

const main = document.getElementById("main");
const KEY = `yikou-draft:${document.querySelector('link[rel="manifest"]')?.href}:`;
const KEPT = ["c-text", "c-place_text"]; // words only: names and phones are not left on a shared device
const DAY = 86400000;

function notice(text, kind) {
  const box = document.createElement("div");
  box.className = `notice ${kind}`;
  box.setAttribute("role", "status");
  box.append(Object.assign(document.createElement("p"), { textContent: text }));
  main.prepend(box);
}

function stored(name) {
  try {
    const found = JSON.parse(localStorage.getItem(KEY + name) || "null");
    return found && Date.now() - found.at < DAY ? found.values : null;
  } catch { return null; }
}

function keep(form) {
  const values = Object.fromEntries(KEPT.map((name) => [name, form.elements.namedItem(name)?.value || ""]));
  try { localStorage.setItem(KEY + form.dataset.draft, JSON.stringify({ at: Date.now(), values })); } catch { /* full */ }
}

function restore(form) {
  let brought = false;
  for (const [name, value] of Object.entries(stored(form.dataset.draft) || {})) {
    const control = form.elements.namedItem(name);
    if (control && value && !control.value) { control.value = value; brought = true; }
  }
  if (brought) notice(main.dataset.kept, "good");
}

for (const form of document.querySelectorAll("form[data-draft]")) {
  restore(form);
  form.addEventListener("input", () => keep(form));
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    keep(form);
    notice(main.dataset.offline, "warn");
    main.focus();
  });
}
if (document.querySelector("[data-sent]")) {
  Object.keys(localStorage).filter((key) => key.startsWith(KEY)).forEach((key) => localStorage.removeItem(key));
}

const reader = document.querySelector("[data-read]");
if (reader && "speechSynthesis" in window) {
  reader.hidden = false;
  reader.addEventListener("click", () => {
    if (speechSynthesis.speaking) { speechSynthesis.cancel(); return; }
    const words = new SpeechSynthesisUtterance(main.innerText);
    words.lang = document.documentElement.lang;
    words.rate = 0.9;
    speechSynthesis.speak(words);
  });
}

if (main?.dataset.worker && "serviceWorker" in navigator) navigator.serviceWorker.register(main.dataset.worker);
