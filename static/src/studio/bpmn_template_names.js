// A task that is made from a template is called by it at once, in both languages; whoever wants another name types it.
import { owner, setProperties } from "./bpmn_extensions.js";

const MADE = ["shape.create", "propertiesPanel.zeebe.changeTemplate"].map((one) => `commandStack.${one}.postExecuted`);

function TemplateNames(eventBus, injector, offer) {
  eventBus.on(MADE, ({ context }) => {
    const element = context.shape || context.element;
    const template = element && !element.labelTarget && owner(element)?.get?.("zeebe:modelerTemplate");
    const names = template && offer.called(template);
    if (!names || owner(element).name) return;
    injector.get("modeling").updateProperties(element, { name: names.zh });
    if (names.en && names.en !== names.zh) setProperties(injector, element, { name_en: names.en });
  });
}
TemplateNames.$inject = ["eventBus", "injector", "offer"];

export default { __init__: ["templateNames"], templateNames: ["type", TemplateNames] };
