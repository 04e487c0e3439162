// The inbox works without this. It adds keys, choosing all rows, and a list that keeps itself fresh without a reload.

const inbox = document.getElementById("inbox");
const keys = document.getElementById("keys");
const says = inbox.querySelector("[data-says]");
const BEAT = 10000;
const OFF = "yikou-keys-off";

const rows = () => [...inbox.querySelectorAll("[data-task]")];
const rowOf = (element) => element?.closest?.("[data-task]") || null;
const boxes = () => [...inbox.querySelectorAll('input[name="task"]')];
const filled = (text, count) => text.replace("{count}", count);

function say(text) {
  says.textContent = "";
  window.setTimeout(() => { says.textContent = text; }, 50);
}

// Choosing

const all = inbox.querySelector("[data-all]");
const counter = inbox.querySelector("[data-count]");
const untouched = counter?.textContent;

function showChosen() {
  const chosen = boxes().filter((one) => one.checked).length;
  if (counter) counter.textContent = chosen ? filled(inbox.dataset.chosen, chosen) : untouched;
  if (all) all.firstElementChild.checked = chosen > 0 && chosen === boxes().length;
  return chosen;
}

if (all) {
  all.hidden = false;
  all.addEventListener("change", (event) => {
    boxes().forEach((one) => { one.checked = event.target.checked; });
    say(filled(inbox.dataset.chosen, showChosen()));
  });
}
inbox.addEventListener("change", (event) => { if (event.target.name === "task") showChosen(); });

// Keys: only where nothing is typed, and not once they are switched off (WCAG 2.1.4).

function on() {
  try { return localStorage.getItem(OFF) !== "1"; } catch { return true; }
}

function move(step) {
  const list = rows();
  const now = list.indexOf(rowOf(document.activeElement));
  const next = list[now < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(Math.max(now + step, 0), list.length - 1)];
  next?.querySelector("[data-open]")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function choose() {
  const box = rowOf(document.activeElement)?.querySelector('input[name="task"]');
  if (!box) return;
  box.checked = !box.checked;
  say(filled(inbox.dataset.chosen, showChosen()));
}

const ACTS = {
  j: () => move(1),
  k: () => move(-1),
  x: choose,
  c: () => rowOf(document.activeElement)?.querySelector("[data-take]")?.click(),
  "/": () => document.getElementById("q")?.focus(),
  n: () => { if (inbox.dataset.newCase) window.location.assign(inbox.dataset.newCase); },
  "?": () => keys.showModal(),
};

document.addEventListener("keydown", (event) => {
  const act = Object.hasOwn(ACTS, event.key) ? ACTS[event.key] : null;
  if (!act || !on() || keys.open || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("textarea, select, [contenteditable], input:not([type=checkbox])")) return;
  event.preventDefault();
  act();
});

const opener = document.querySelector("[data-keys]");
opener.hidden = false;
opener.addEventListener("click", () => keys.showModal());
const toggle = keys.querySelector("[data-keys-on]");
toggle.checked = on();
toggle.addEventListener("change", () => {
  try { localStorage.setItem(OFF, toggle.checked ? "0" : "1"); } catch { /* then they stay on */ }
});

// Fresh without a reload: focus, choices and the place on the page stay.

function focusedPart() {
  const row = rowOf(document.activeElement);
  if (!row) return null;
  const inside = [...row.querySelectorAll("a, button, input")].indexOf(document.activeElement);
  return { task: row.dataset.task, at: rows().indexOf(row), inside };
}

function refocus(part) {
  if (!part) return;
  const same = rows().find((row) => row.dataset.task === part.task);
  const row = same || rows()[Math.min(part.at, rows().length - 1)];
  const controls = row ? [...row.querySelectorAll("a, button, input")] : [];
  (same && controls[part.inside] || row?.querySelector("[data-open]"))?.focus({ preventScroll: true });
}

function topRow() {
  const row = rows().find((one) => one.getBoundingClientRect().bottom > 0);
  return row ? { task: row.dataset.task, top: row.getBoundingClientRect().top } : null;
}

function keepPlace(before) {
  const row = before && window.scrollY > 0 ? rows().find((one) => one.dataset.task === before.task) : null;
  if (row) window.scrollBy(0, row.getBoundingClientRect().top - before.top);
}

function same(one, other) {
  const plain = (text) => text.replace(/\s+/g, " ");
  return plain(one.innerHTML) === plain(other.innerHTML);
}

function renew(page) {
  const known = new Set(rows().map((row) => row.dataset.task));
  const chosen = new Set(boxes().filter((one) => one.checked).map((one) => one.value));
  const part = focusedPart(), place = topRow();
  let changed = false;
  for (const fresh of page.querySelectorAll("[data-part]")) {
    const old = document.querySelector(`[data-part="${fresh.dataset.part}"]`);
    if (!old || old.contains(document.activeElement) && fresh.dataset.part !== "list" || same(old, fresh)) continue;
    old.replaceChildren(...fresh.childNodes);
    changed ||= fresh.dataset.part === "list";
  }
  if (!changed) return;
  boxes().forEach((one) => { one.checked = chosen.has(one.value); });
  refocus(part);
  keepPlace(place);
  showChosen();
  const added = rows().filter((row) => !known.has(row.dataset.task)).length;
  say(added ? filled(added === 1 ? inbox.dataset.one : inbox.dataset.many, added) : inbox.dataset.gone);
}

let mark = `"${inbox.dataset.mark}"`;
let asking = false;

async function ask() {
  if (document.hidden || asking) return;
  asking = true;
  try {
    const answer = await fetch(inbox.dataset.live, { headers: { "If-None-Match": mark }, cache: "no-store" });
    if (answer.redirected || answer.status === 401 || answer.status === 403) {
      window.clearInterval(clock);
      say(inbox.dataset.over);
    } else if (answer.ok) {
      mark = answer.headers.get("ETag") || mark;
      renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
  } catch {
    // The line is down: the next beat asks again.
  } finally {
    asking = false;
  }
}

const clock = window.setInterval(ask, BEAT);
document.addEventListener("visibilitychange", ask);
window.addEventListener("pageshow", (event) => { if (event.persisted) ask(); });
