// Problems of the linter on the drawing: a sign with a number at the element, its texts on hover and focus.
const SIGNS = { error: "✕", hint: "!" };
const SEEN = "yikou-problems";

const severe = (one) => (one.severity === "error" ? "error" : "hint");

function badge(found, say) {
  const worst = found.some((one) => severe(one) === "error") ? "error" : "hint";
  const box = document.createElement("button");
  box.type = "button";
  box.className = `bpmn-mark is-${worst}`;
  const texts = found.map((one) => `${say(severe(one) === "error" ? "Error" : "Hint")}: ${one.text}`);
  box.setAttribute("aria-label", texts.join("; "));
  const sign = document.createElement("span");
  sign.setAttribute("aria-hidden", "true");
  sign.textContent = found.length > 1 ? `${SIGNS[worst]} ${found.length}` : SIGNS[worst];
  const tip = document.createElement("ul");
  tip.className = "bpmn-mark-tip";
  texts.forEach((text) => {
    const line = document.createElement("li");
    line.textContent = text;  // texts hold names out of the file: never as markup
    tip.append(line);
  });
  box.append(sign, tip);
  return { box, worst };
}

export default function marks(editor, say) {
  const [overlays, canvas, registry] = ["overlays", "canvas", "elementRegistry"].map((name) => editor.get(name));
  let problems = [];
  let marked = [];

  const place = () => canvas.getRootElement();
  const shapeOf = (id) => {
    const found = registry.get(id);
    return found && found !== place() && found.parent ? found : undefined;
  };

  function draw() {
    overlays.remove({ type: SEEN });
    marked.forEach(([shape, name]) => registry.get(shape) && canvas.removeMarker(shape, name));
    marked = [];
    const by = new Map();
    problems.filter((one) => one.element && shapeOf(one.element))
      .forEach((one) => by.set(one.element, [...(by.get(one.element) || []), one]));
    by.forEach((found, id) => {
      const shape = shapeOf(id);
      const { box, worst } = badge(found, say);
      box.addEventListener("click", () => editor.get("selection").select(shape));
      overlays.add(shape, SEEN, { position: shape.waypoints ? { top: 0, left: 0 } : { top: -14, left: -14 }, html: box, scale: { min: 1 } });
      canvas.addMarker(shape, `bpmn-marked-${worst}`);
      marked.push([id, `bpmn-marked-${worst}`]);
    });
  }

  // A type changed into another draws a new shape with the same id.
  editor.on("shape.added", 100, ({ element }) => {
    if (problems.some((one) => one.element === element.id)) setTimeout(draw);
  });

  return (now) => { problems = Array.isArray(now) ? now : []; draw(); };
}
