// Takes out of the menus what our engine refuses: what cannot run is not offered.
const REFUSED = /(^|-)(transaction|complex-gateway|loop|cancel-(boundary|end)|call-choreography)(-|$)/;
const AT_ROOT = /(^|-)conditional-start(-|$)/;
const LATE = 300;

const left = (entries, gone) => Object.fromEntries(Object.entries(entries).filter(([id]) => !gone(id)));

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

export default { __init__: ["yikouMenus"], yikouMenus: ["type", Menus] };
