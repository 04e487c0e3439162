// Generated forms whose answers open further questions: asks the server again after each answer, as its button does
// without JavaScript. The server alone knows the conditions; here entries are only carried over.

let round = 0;

function controls(area) {
  return [...area.querySelectorAll("input, select, textarea")].filter((one) => one.name && one.type !== "hidden");
}

function same(one, other) {
  const choice = one.type === "radio" || one.type === "checkbox";
  return other.name === one.name && other.type === one.type && (!choice || other.value === one.value);
}

function carryOver(before, after) {
  const fresh = controls(after);
  for (const old of controls(before)) {
    const next = fresh.find((one) => same(old, one));
    if (!next || next.readOnly || next.disabled) continue;
    if (old.type === "radio" || old.type === "checkbox") next.checked = old.checked;
    else if (old.multiple) [...next.options].forEach((one) => {
      one.selected = [...old.selectedOptions].some((chosen) => chosen.value === one.value);
    });
    else next.value = old.value;
  }
}

function refocus(area, old) {
  if (!old || !old.name) return;
  controls(area).find((one) => same(old, one))?.focus({ preventScroll: true });
}

// What is asked, without what was answered: where this is the same nothing is replaced, so that the cursor and an open
// list of texts stay where they are.
function questions(area) {
  const bare = area.cloneNode(true);
  bare.querySelectorAll("textarea").forEach((one) => { one.textContent = ""; });
  bare.querySelectorAll("input:not([type=radio]):not([type=checkbox])").forEach((one) => one.removeAttribute("value"));
  bare.querySelectorAll("[checked], [selected]").forEach((one) => ["checked", "selected"].forEach((name) => one.removeAttribute(name)));
  bare.querySelectorAll("[open], [hidden]").forEach((one) => ["open", "hidden"].forEach((name) => one.removeAttribute(name)));
  return bare.innerHTML.replace(/\s+/g, " ");
}

async function refresh(form, area) {
  const mine = ++round;
  const body = new FormData(form);
  form.querySelectorAll("input[type=file]").forEach((one) => body.delete(one.name));
  body.set("_action", "refresh");
  // Not form.action: a question may be named "action" and stand in its place.
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { Accept: "text/html" } });
  if (!answer.ok || mine !== round) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.querySelector("[data-reactive]");
  if (!next || mine !== round || questions(next) === questions(area)) return;
  const focused = area.contains(document.activeElement) ? document.activeElement : null;
  carryOver(area, next);
  area.replaceChildren(...next.childNodes);
  prepare(area);
  refocus(area, focused);
}

function prepare(area) {
  area.querySelectorAll("[data-refresh]").forEach((one) => { one.hidden = true; });
}

function begin() {
  document.querySelectorAll("[data-reactive]:not([data-begun])").forEach((area) => {
    const form = area.closest("form");
    if (!form) return;
    area.dataset.begun = "true";
    prepare(area);
    area.addEventListener("change", () => refresh(form, area).catch((error) => console.error(error)));
  });
}

begin();
document.addEventListener("yikou:shown", begin); // a page that exchanges parts of itself says so
