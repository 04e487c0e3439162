// Takes out of the menus what our engine refuses: what cannot run is not offered.
const REFUSED = /(^|-)(transaction|complex-gateway|loop|cancel-(boundary|end)|call-choreography)(-|$)/;
const AT_ROOT = /(^|-)conditional-start(-|$)/;
const LATE = 300;

const left = (entries, gone) => Object.fromEntries(Object.entries(entries).filter(([id]) => !gone(id)));

// Most steps of an office are people's: what the pad appends is a user task. Others are chosen from its menu.
function Pad(contextPad, elementFactory, autoPlace, create, translate) {
  const shape = () => elementFactory.createShape({ type: "bpmn:UserTask" });
  this.getContextPadEntries = (element) => (entries) => {
    const usual = entries["append.append-task"];
    if (!usual) return entries;
    const action = {
      click: (event, source = element) => autoPlace.append(source, shape()),
      dragstart: (event) => create.start(event, shape(), { source: element }),
    };
    return { ...entries, "append.append-task": { ...usual, className: "bpmn-icon-user-task", title: translate("Append user task"), action } };
  };
  contextPad.registerProvider(LATE, this);
}
Pad.$inject = ["contextPad", "elementFactory", "autoPlace", "create", "translate"];

function Menus(popupMenu) {
  const gone = (element) => {
    const inside = element?.parent?.businessObject?.triggeredByEvent;
    return (id) => REFUSED.test(id.replace("multi-instance", "")) || (!inside && AT_ROOT.test(id));
  };
  this.getPopupMenuEntries = (element) => (entries) => left(entries, gone(element));
  this.getPopupMenuHeaderEntries = (element) => (entries) => left(entries, gone(element));
  ["bpmn-create", "bpmn-append", "bpmn-replace"].forEach((menu) => popupMenu.registerProvider(menu, LATE, this));
}
Menus.$inject = ["popupMenu"];

export default { __init__: ["yikouMenus", "yikouPad"], yikouMenus: ["type", Menus], yikouPad: ["type", Pad] };
