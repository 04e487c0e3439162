// Pages about something that goes on in the background: the parts that change are asked for and put in by their ids,
// while the server says that it goes on. A part in which somebody is at work stays as it is.
const EVERY = 1500;
const SLOW = 8000;

function busy(part) {
  const typed = [...part.querySelectorAll("input:not([type=hidden]), textarea")].some((one) => one.value !== one.defaultValue);
  return typed || part.contains(document.activeElement) || part.querySelector("details[open]") !== null;
}

function put(place, text) {
  const made = document.createElement("template");
  made.innerHTML = text;
  for (const fresh of [...made.content.children]) {
    const old = fresh.id ? place.querySelector(`#${CSS.escape(fresh.id)}`) : null;
    const changed = old !== null && fresh.dataset.state !== old.dataset.state;
    if (old === null || old.isEqualNode(fresh)) continue;
    if (fresh.dataset.state !== undefined && !changed) continue;       // buttons of the same state carry fresh marks only
    if (busy(old)) continue;
    old.replaceWith(fresh);
  }
}

async function follow(place) {
  const going = () => place.querySelector("[data-going]") !== null;
  let wait = EVERY;
  let mark = "";
  while (going()) {
    await new Promise((done) => setTimeout(done, document.hidden ? SLOW : wait));
    try {
      const answer = await fetch(place.dataset.live, { headers: mark ? { "If-None-Match": mark } : {}, credentials: "same-origin" });
      if (answer.ok && !answer.redirected) {
        put(place, await answer.text());
        mark = answer.headers.get("ETag") || "";
      } else if (answer.status !== 304) {
        wait = SLOW;
      }
    } catch {
      wait = SLOW;
    }
  }
}

for (const place of document.querySelectorAll("[data-live]")) follow(place);
