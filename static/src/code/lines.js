import { EditorView } from "@codemirror/view";

// Over several lines the browser would keep the look of what is replaced in a style attribute, which the policy forbids.
export const replaceLines = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main } = view.state.selection;
    const lines = view.state.doc.lineAt(main.from).number !== view.state.doc.lineAt(main.to).number;
    if (event.inputType !== "insertText" || event.data === null || !lines || view.composing) return false;
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    event.preventDefault();
    return true;
  },
});
