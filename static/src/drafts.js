// Task forms: keeps what is typed on the server every few seconds, and puts reply templates in at the cursor.
// Without JavaScript the buttons of the form do both.

const PAUSE = 3000;

function autosave(form) {
  const said = form.querySelector("[data-draft-said]");
  let timer = 0, running = false, again = false;

  async function keep() {
    if (running) { again = true; return; }
    running = true;
    const body = new FormData(form);
    form.querySelectorAll("input[type=file]").forEach((one) => body.delete(one.name));
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body, headers: { Accept: "application/json" } });
      const json = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      show(json ? (await answer.json()).text : said.dataset.lost, !answer.ok || !json);
    } catch {
      show(said.dataset.lost, true);
    }
    running = false;
    if (again) { again = false; later(); }
  }

  function show(text, failed) {
    if (!said) return;
    said.textContent = text;
    said.classList.toggle("failed", failed);
    if (failed) said.setAttribute("role", "alert"); else said.removeAttribute("role");
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  }

  form.addEventListener("input", later);
  form.addEventListener("submit", () => { clearTimeout(timer); again = false; });
}

function insert(area, text) {
  const start = area.selectionStart ?? area.value.length, end = area.selectionEnd ?? start;
  const before = area.value.slice(0, start);
  const gap = before && !before.endsWith("\n") ? "\n" : "";
  const rest = area.value.slice(end);
  area.setRangeText(gap + text + (rest && !rest.startsWith("\n") ? "\n" : ""), start, end, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-insert]");
  const area = button && document.getElementById(button.dataset.insert);
  if (!area) return;
  event.preventDefault();
  insert(area, button.nextElementSibling.textContent);
  button.closest("details").open = false;
});

document.querySelectorAll("form[data-draft]").forEach(autosave);
