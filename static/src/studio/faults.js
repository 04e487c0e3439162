// The list of what the checks find; each line leads to its place in the editor.

export function faultList(page, words, say) {
  const panel = page.querySelector("[data-problems]");
  const list = panel.querySelector("ol");
  const state = panel.querySelector("[data-problem-state]");
  const count = panel.querySelector("[data-problem-count]");

  const number = (amount, one, many) => (amount === 1 ? words[one] : words[many].replace("{count}", amount));
  function place(one) {
    const parts = [one.name || one.element || ""];
    if (one.cell?.row) parts.push(words.row.replace("{row}", one.cell.row));
    if (one.cell?.column) parts.push(words.column.replace("{column}", one.cell.column));
    const drawn = one.name && page.querySelector(".bpmn-studio");  // who draws sees the element, and no lines
    if (one.line && !one.cell && !drawn) parts.push(words.line.replace("{line}", one.line));
    return parts.filter(Boolean).join(" · ");
  }
  function button(one, show) {
    const item = document.createElement("li");
    const made = document.createElement("button");
    made.type = "button";
    made.className = one.severity === "error" ? "wrong" : "hint-of";
    const where = document.createElement("strong");
    where.textContent = place(one);
    made.append(where, one.text);
    made.addEventListener("click", () => show(one));
    item.append(made);
    return item;
  }
  return {
    checking() { panel.hidden = false; state.textContent = words.checking; },
    failed() { panel.hidden = false; state.textContent = words.unchecked; },
    tell(problems, show) {
      const wrong = problems.filter((one) => one.severity === "error").length;
      const hints = problems.length - wrong;
      const said = [wrong && number(wrong, "fault", "faults"), hints && number(hints, "hint", "hints")].filter(Boolean).join(", ");
      panel.hidden = false;
      count.textContent = said;
      state.textContent = problems.length ? "" : words.sound;
      list.replaceChildren(...problems.map((one) => button(one, show)));
      return said || words.sound;
    },
    open() {
      panel.hidden = false;
      panel.scrollIntoView({ block: "nearest" });
      (list.querySelector("button") ?? panel.querySelector("h2")).focus();
    },
    say,
  };
}
