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
  if (!next || mine !== round) return;
  const focused = area.contains(document.activeElement) ? document.activeElement : null;
  carryOver(area, next);
  area.replaceChildren(...next.childNodes);
  prepare(area);
  refocus(area, focused);
}

function prepare(area) {
  area.querySelectorAll("[data-refresh]").forEach((one) => { one.hidden = true; });
}

document.querySelectorAll("[data-reactive]").forEach((area) => {
  const form = area.closest("form");
  if (!form) return;
  prepare(area);
  area.addEventListener("change", () => refresh(form, area).catch((error) => console.error(error)));
});
