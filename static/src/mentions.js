// Notes: after an @ a short list of colleagues completes the sign-in name. Without JavaScript one types it.

const MOST = 6;

function wordAt(area) {
  const before = area.value.slice(0, area.selectionStart);
  const found = /(^|[^A-Za-z0-9._%+-])@([^\s@]{0,40})$/.exec(before);
  return found ? { start: before.length - found[2].length, text: found[2].toLowerCase() } : null;
}

function complete(area) {
  const list = document.createElement("ul");
  let people = null, shown = [], active = 0;
  list.className = "mention-list";
  list.id = `${area.id}-colleagues`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", area.labels?.[0]?.firstChild?.textContent?.trim() || "@");
  list.hidden = true;
  area.after(list);
  area.setAttribute("aria-controls", list.id);
  area.setAttribute("aria-autocomplete", "list");

  function close() {
    list.hidden = true;
    shown = [];
    area.removeAttribute("aria-activedescendant");
  }

  function mark(number) {
    active = (number + shown.length) % shown.length;
    [...list.children].forEach((one, i) => one.setAttribute("aria-selected", String(i === active)));
    area.setAttribute("aria-activedescendant", list.children[active].id);
  }

  function take(person) {
    const word = wordAt(area);
    if (word) area.setRangeText(`${person.login} `, word.start, area.selectionStart, "end");
    close();
    area.focus();
  }

  async function look() {
    const word = wordAt(area);
    if (!word) { close(); return; }
    if (!people) {
      people = [];
      const answer = await fetch(area.dataset.mentions, { headers: { Accept: "application/json" } });
      if (answer.ok) people = await answer.json();
    }
    const now = wordAt(area);
    shown = now ? people.filter((one) => one.login.startsWith(now.text) || one.name.toLowerCase().includes(now.text)).slice(0, MOST) : [];
    if (!shown.length) { close(); return; }
    list.replaceChildren(...shown.map((person, i) => {
      const row = document.createElement("li");
      row.id = `${list.id}-${i}`;
      row.setAttribute("role", "option");
      row.textContent = `${person.name} · ${person.login}`;
      row.addEventListener("mousedown", (event) => { event.preventDefault(); take(person); });
      return row;
    }));
    list.hidden = false;
    mark(0);
  }

  area.addEventListener("input", () => look().catch(close));
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active - 1);
    else if (event.key === "Enter" || event.key === "Tab") take(shown[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}

document.querySelectorAll("textarea[data-mentions]").forEach(complete);
