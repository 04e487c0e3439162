// The row of buttons over the drawing. The search closes at a click beside it, so it opens after the click.
const BESIDE = 120, MARGIN = 20;  // the palette lies over the left edge

// The whole drawing, beside the palette and never larger than it is.
export function fit(editor) {
  const canvas = editor.get("canvas");
  const { inner, outer } = canvas.viewbox();
  if (!inner.width || !inner.height) return 1;
  const scale = Math.min((outer.width - BESIDE - MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height, 1);
  canvas.viewbox({ x: inner.x - BESIDE / scale, y: inner.y - (outer.height / scale - inner.height) / 2,
                   width: outer.width / scale, height: outer.height / scale });
  return scale;
}

const TOOLS = [
  ["undo", "Undo", "↶", (editor) => editor.get("commandStack").undo(), "Ctrl+Z"],
  ["redo", "Redo", "↷", (editor) => editor.get("commandStack").redo(), "Ctrl+Y"],
  ["search", "Search", "⌕", (editor) => setTimeout(() => editor.get("searchPad").toggle()), "Ctrl+F"],
  ["in", "Zoom in", "+", (editor) => editor.get("zoomScroll").stepZoom(1), "Ctrl++"],
  ["out", "Zoom out", "−", (editor) => editor.get("zoomScroll").stepZoom(-1), "Ctrl+-"],
  ["fit", "Whole drawing", "⤢", fit],
  ["minimap", "Minimap", "▣", (editor) => editor.get("minimap").toggle()],
  ["names", "English names", "A", (editor) => editor.get("englishNames").toggle()],
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
  editor.on("names.toggled", ({ shown }) => pressed("names", shown));
  editor.on("minimap.toggle", ({ open }) => pressed("minimap", open));
  editor.on("tokenSimulation.toggleMode", ({ active }) => pressed("simulate", active));
  buttons.panel.addEventListener("click", () => {
    const closed = whole.classList.toggle("without-panel");
    pressed("panel", !closed);
    editor.get("canvas").resized();
  });
  stack();
  pressed("names", editor.get("englishNames").shown);
  pressed("minimap", false);
  pressed("simulate", false);
  pressed("panel", true);
}
