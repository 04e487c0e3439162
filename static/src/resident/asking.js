// The box answers while one types. Characters that an input method has not settled yet are not asked for.

const PAUSE = 350, SHORTEST = 2;

export function answerWhileTyping(form) {
  const area = form.querySelector("[data-answers]");
  const told = form.querySelector("[data-told]");
  const box = form.elements.namedItem("c-text");
  let timer = 0, round = 0, last = box.value.trim();
  form.querySelectorAll("[data-look]").forEach((one) => { one.hidden = true; });

  async function ask() {
    const words = box.value.trim();
    if (words === last) return;
    last = words;
    const mine = ++round;
    if (words.length < SHORTEST) { area.replaceChildren(); told.textContent = ""; return; }
    const body = new FormData();
    for (const name of ["csrf_token", "c-text", "c-place", "c-near"]) {
      const value = new FormData(form).get(name);
      if (value) body.set(name, value);
    }
    body.set("_part", "1");
    const answer = await fetch(form.dataset.ask, { method: "POST", body });
    if (!answer.ok || mine !== round) return;
    const part = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    if (mine !== round) return;
    told.textContent = part.querySelector("[data-said]")?.textContent || "";
    area.replaceChildren(...part.childNodes);
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => ask().catch((error) => { last = ""; console.warn(error); }), PAUSE);
  }
  box.addEventListener("input", (event) => { if (!event.isComposing) later(); });
  box.addEventListener("compositionend", later);
}
