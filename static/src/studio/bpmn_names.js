// English names on the drawing: what stands in the property name_en is drawn, and edited, in place of the name.
import BaseRenderer from "diagram-js/lib/draw/BaseRenderer";

import { property, setProperties } from "./bpmn_extensions.js";

const OVER_BPMN = 1500, WIDE = 90;  // labels are as wide as their Chinese, in which an English word would break

class Names extends BaseRenderer {
  constructor(config, injector, eventBus, bpmnRenderer, labelEditingProvider) {
    super(eventBus, OVER_BPMN);
    this.shown = Boolean(config?.english);
    this.drawing = false;
    Object.assign(this, { injector, eventBus, bpmnRenderer });
    this.followed();
    this.edited(labelEditingProvider);
  }

  english(element) {
    return this.shown && element.businessObject ? property(element, "name_en") : undefined;
  }

  called(element) {
    return this.english(element) || element.businessObject.name || element.id;
  }

  canRender(element) {
    return !this.drawing && Boolean(this.english(element)) && this.bpmnRenderer.canRender(element);
  }

  // The name is put back before anybody else looks at it.
  instead(element, draw) {
    const object = element.businessObject;
    const name = object.name;
    object.name = this.english(element);
    this.drawing = true;
    try {
      return draw();
    } finally {
      this.drawing = false;
      object.name = name;
    }
  }

  drawShape(parent, element, attributes) {
    const { width } = element;
    const wide = element.labelTarget ? Math.max(width, WIDE) : width;
    try {
      element.width = wide;
      const drawn = this.instead(element, () => this.bpmnRenderer.drawShape(parent, element, attributes));
      if (wide > width) drawn?.setAttribute("transform", `translate(${(width - wide) / 2}, 0)`);
      return drawn;
    } finally {
      element.width = width;
    }
  }

  drawConnection(parent, element, attributes) {
    return this.instead(element, () => this.bpmnRenderer.drawConnection(parent, element, attributes));
  }

  // A label of its own is drawn anew with its element.
  followed() {
    this.eventBus.on("element.changed", 500, ({ element }) => (element.labels || [])
      .forEach((label) => this.eventBus.fire("element.changed", { element: label })));
  }

  edited(provider) {
    const { activate, update } = provider;
    provider.activate = (element) => {
      const context = activate.call(provider, element);
      const name = this.english(element);
      return context && name ? { ...context, text: name } : context;
    };
    provider.update = (element, text, ...rest) => (this.english(element) && text
      ? setProperties(this.injector, element, { name_en: text }) : update.call(provider, element, text, ...rest));
  }

  toggle() {
    this.shown = !this.shown;
    this.injector.get("elementRegistry").filter((one) => one.parent && property(one, "name_en"))
      .forEach((element) => this.eventBus.fire("element.changed", { element }));
    this.eventBus.fire("names.toggled", { shown: this.shown });
    return this.shown;
  }
}
Names.$inject = ["config.names", "injector", "eventBus", "bpmnRenderer", "labelEditingProvider"];

export default { __init__: ["englishNames"], englishNames: ["type", Names] };
