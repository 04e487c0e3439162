// dmn-js that can hold every file of DMN 1.3 to 1.5, shows what it has no editor for, and adds nothing by being looked at.

import DmnModeler from "dmn-js/lib/Modeler";
import { BoxedView, isBoxed } from "./dmn_boxed.js";
import { lossless } from "./lossless.js";

/** Options as dmn-js has them, and `boxed: { t }` for the view of ours. Texts go through `open` and `text`. */
export class Modeler extends DmnModeler {
  /** Reads a text. Answers dmn-js's warnings and the names of the elements it does not know; those are kept all the same. */
  async read(source) {
    this.kept = lossless(source);
    this.drawn = false;
    const { warnings } = await this.importXML(source, { open: false });
    this.bare = !this.getDefinitions().dmnDI;
    const unknown = this.kept.look((await this.saveXML({ format: true })).xml);
    await this.open(this._getInitialView(this.getViews()));
    return { warnings, unknown };
  }

  /** The whole file as it stands. */
  async text() {
    const { xml } = await this.saveXML({ format: true });
    return this.kept.back(xml);
  }

  // A graph without a drawing is laid out when it is opened: that is no change until somebody makes one in it.
  async saveXML(options) {
    const definitions = this.getDefinitions();
    const { dmnDI } = definitions ?? {};
    const leave = this.bare && !this.drawn && dmnDI;
    if (leave) definitions.dmnDI = undefined;
    try {
      return await super.saveXML(options);
    } finally {
      if (leave) definitions.dmnDI = dmnDI;
    }
  }

  _createViewer(id) {
    const viewer = super._createViewer(id);
    if (id === "drd") viewer.on("commandStack.changed", () => { this.drawn = this.drawn || viewer.get("commandStack").canUndo(); });
    return viewer;
  }

  _getViewProviders() {
    return [{ id: "boxed", constructor: BoxedView, opens: isBoxed }, ...super._getViewProviders()];
  }
}
