// Counts of messages and reviews in the head of the page, and the list of what waits: fresh without a reload.

const BEAT = 10_000;
const { live } = document.currentScript.dataset;
let mark = "";
let asking = false;

const plain = (text) => text.replace(/\s+/g, " ").trim();

function renew(page) {
  for (const fresh of page.querySelectorAll("[data-part]")) {
    const old = document.querySelector(`[data-part="${fresh.dataset.part}"]`);
    if (!old || plain(old.innerHTML) === plain(fresh.innerHTML)) continue;
    if (old !== document.activeElement && old.contains(document.activeElement)) continue;
    old.replaceChildren(...fresh.childNodes);
  }
}

async function ask() {
  if (document.hidden || asking) return;
  asking = true;
  try {
    const answer = await fetch(live, { headers: mark ? { "If-None-Match": mark } : {}, cache: "no-store" });
    if (answer.redirected || answer.status === 401 || answer.status === 403) clearInterval(clock);
    else if (answer.ok) {
      mark = answer.headers.get("ETag") || "";
      renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
  } catch {
    // The line is down: the next beat asks again.
  } finally {
    asking = false;
  }
}

const clock = setInterval(ask, BEAT);
document.addEventListener("visibilitychange", ask);
