// The row of buttons over the drawing.
const wheel = (editor) => editor.get("canvas");

const TOOLS = [
  ["undo", "Undo", "↶", (editor) => editor.get("commandStack").undo(), "Ctrl+Z"],
  ["redo", "Redo", "↷", (editor) => editor.get("commandStack").redo(), "Ctrl+Y"],
  ["search", "Search", "⌕", (editor) => editor.get("searchPad").toggle(), "Ctrl+F"],
  ["in", "Zoom in", "+", (editor) => editor.get("zoomScroll").stepZoom(1), "Ctrl++"],
  ["out", "Zoom out", "−", (editor) => editor.get("zoomScroll").stepZoom(-1), "Ctrl+-"],
  ["fit", "Whole drawing", "⤢", (editor) => wheel(editor).zoom("fit-viewport", "auto"), "Ctrl+9"],
  ["minimap", "Minimap", "▣", (editor) => editor.get("minimap").toggle()],
  ["simulate", "Token simulation", "▷", (editor) => editor.get("toggleMode").toggleMode(), "T"],
  ["panel", "Properties", "☰", () => {}],
];

export default function tools(row, editor, say, whole) {
  const buttons = {};
  row.setAttribute("role", "toolbar");
  row.setAttribute("aria-label", say("Tools of the drawing"));
  TOOLS.forEach(([name, label, sign, act, keys]) => {
    const one = document.createElement("button");
    one.type = "button";
    one.dataset.tool = name;
    const picture = document.createElement("span");
    picture.setAttribute("aria-hidden", "true");
    picture.textContent = sign;
    const words = document.createElement("span");
    words.className = "words";
    words.textContent = say(label);
    one.append(picture, words);
    if (keys) one.title = `${say(label)} (${keys})`;
    if (keys) one.setAttribute("aria-keyshortcuts", keys.replace("Ctrl", "Control"));
    one.addEventListener("click", () => act(editor));
    buttons[name] = one;
    row.append(one);
  });
  const pressed = (name, is) => buttons[name].setAttribute("aria-pressed", String(is));
  const stack = () => {
    buttons.undo.disabled = !editor.get("commandStack").canUndo();
    buttons.redo.disabled = !editor.get("commandStack").canRedo();
  };
  editor.on("commandStack.changed", stack);
  editor.on("import.done", stack);
  editor.on("minimap.toggle", ({ open }) => pressed("minimap", open));
  editor.on("tokenSimulation.toggleMode", ({ active }) => pressed("simulate", active));
  buttons.panel.addEventListener("click", () => {
    const closed = whole.classList.toggle("without-panel");
    pressed("panel", !closed);
    wheel(editor).resized();
  });
  stack();
  pressed("minimap", false);
  pressed("simulate", false);
  pressed("panel", true);
}
