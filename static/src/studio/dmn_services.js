// Decision services in the graph, which dmn-js draws as something it does not know: a rounded frame around what belongs to
// it, with its name and the line between what it gives and what it hides.

import BaseRenderer from "diagram-js/lib/draw/BaseRenderer";
import { is } from "dmn-js-shared/lib/util/ModelUtil";

const OVER = 1500;
const SVG = "http://www.w3.org/2000/svg";
const LINE = { fill: "none", stroke: "#222", "stroke-width": "2" };

class ServiceRenderer extends BaseRenderer {
  canRender(element) {
    return is(element, "dmn:DecisionService") && !element.waypoints;
  }

  drawShape(parent, { width, height, businessObject }) {
    const frame = drawn("rect", { ...LINE, width, height, rx: 20, ry: 20 });
    const name = drawn("text", { x: 12, y: 22, "font-size": 12, fill: "#222" });
    name.textContent = businessObject.name ?? "";
    parent.append(frame, name, ...divider(businessObject.di));
    return frame;
  }

  getShapePath({ x, y, width, height }) {
    return `M${x},${y}h${width}v${height}h${-width}z`;
  }
}

// Its points are places of the whole graph.
function divider(di) {
  const { x, y } = di?.bounds ?? {};
  const points = di?.decisionServiceDividerLine?.waypoint ?? [];
  if (points.length < 2 || x === undefined) return [];
  return [drawn("polyline", { ...LINE, points: points.map((one) => `${one.x - x},${one.y - y}`).join(" ") })];
}

function drawn(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

export const services = {
  __init__: ["serviceRenderer"],
  serviceRenderer: ["factory", ["eventBus", (eventBus) => new ServiceRenderer(eventBus, OVER)]],
};
