// A question to the person that the page stands still for: what differs, and the ways on.

export function asker(page) {
  const place = page.querySelector("[data-asking]");

  function differences(lines) {
    const made = document.createElement("pre");
    made.tabIndex = 0;
    for (const line of lines) {
      const part = document.createElement(line[0] === "+" ? "ins" : line[0] === "-" ? "del" : "span");
      part.textContent = `${line}\n`;
      made.append(part);
    }
    return made;
  }
  return {
    // `ways`: [{ words, act, second }]; the box closes before a way is taken.
    ask(text, ways, lines = [], kind = "warn") {
      const box = document.createElement("div");
      box.className = `notice ${kind} asking`;
      const said = document.createElement("p");
      said.textContent = text;
      const actions = document.createElement("div");
      actions.className = "actions";
      for (const way of ways) {
        const made = document.createElement("button");
        made.type = "button";
        made.textContent = way.words;
        if (way.second) made.className = "second";
        made.addEventListener("click", () => { this.close(); way.act(); });
        actions.append(made);
      }
      box.append(said, ...(lines.length ? [differences(lines)] : []), actions);
      place.replaceChildren(box);
      place.hidden = false;
    },
    close() { place.hidden = true; place.replaceChildren(); },
    get open() { return !place.hidden && place.querySelector("button") !== null; },
  };
}
