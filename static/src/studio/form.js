// The editor of forms: components, their properties in both languages, and beside it what people will see.

import { FormEditor } from "@bpmn-io/form-js-editor";
import { feelSupport } from "./feel_support.js";
import { additions, readForm, writtenForm } from "./form_file.js";
import { languagesModule } from "./form_languages.js";
import { preview } from "./form_preview.js";
import { zh } from "./form_words.js";
import { make, translator, watchTexts, wordsIn } from "./texts.js";

const WROTE = ".fjs-form-field, .bio-properties-panel-header-label, .cm-content, " +
  ".bio-properties-panel-collapsible-entry-header-title, textarea";
const SAYS = ".cm-content, .fjs-select-display, .fjs-select-placeholder, .fjs-form-field-placeholder, .fjs-no-results, " +
  ".fjs-dropdownlist-empty, .fjs-empty-component-text, .fjs-repeat-render-footer *, .fjs-table-td, " +
  ".fjs-repeat-render-add, input, .fjs-filepicker-button, .fjs-form-field-filepicker *";

export async function mount({ place, source, key, locale, options = {}, onChange = () => {} }) {
  const words = wordsIn(locale, zh);
  const t = translator(words);
  let original;
  try {
    original = readForm(source);
  } catch (error) {
    throw new Error(t("The file cannot be shown: {reason}", { reason: error.message }));
  }
  const canvas = make("div", { class: "st-canvas" });
  const shown = preview({ key, locale, t, source: text });
  const languages = languagesModule(t);
  const feel = await feelSupport({ place: "form", variables: options.variables });
  const stopTexts = watchTexts(canvas, words, WROTE, SAYS);
  const stopFeel = feel.watch(canvas, { complete: true });
  let changed = false, found = [], marked = [], focus = null;

  place.classList.add("st-form");
  place.append(canvas, shown.element);
  const editor = new FormEditor({ container: canvas, additionalModules: [languages.module] });

  try {
    await editor.importSchema(original);
  } catch (error) {
    end();
    throw new Error(t("The file cannot be shown: {reason}", { reason: error.message }));
  }
  const known = additions(original, editor.saveSchema());
  editor.on("commandStack.changed", () => {
    changed = true;
    feel.variables = variables();
    shown.soon();
    onChange();
    paint();
  });
  editor.on("selection.changed", paint);
  feel.variables = variables();
  shown.show();

  // A component is dragged, or added at the end: by Enter, which the package knows, or by a tap, for fingers.
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.closest?.(".fjs-palette-field")) event.preventDefault();
  });
  canvas.addEventListener("click", (event) => {
    const entry = event.target.closest?.(".fjs-palette-field");
    if (!entry) return;
    setTimeout(() => {
      const { schema } = editor._getState();
      editor.get("modeling").addFormField({ type: entry.dataset.fieldType }, schema, schema.components.length);
    });
  });

  // The package focuses the component whenever it is drawn anew: whoever types into its properties stays where they are.
  let meant = 0;
  canvas.addEventListener("pointerdown", (event) => {
    if (!event.target.closest(".fjs-properties-container")) meant = Date.now();
  }, true);
  focus = HTMLElement.prototype.focus;
  const typing = () => Date.now() - meant > 300 && document.activeElement?.closest(".fjs-properties-container");
  HTMLElement.prototype.focus = function (...given) {
    if (!(this.matches(".fjs-element") && canvas.contains(this) && typing())) focus.apply(this, given);
  };

  function act(name) {
    languages.flush();
    editor.get("editorActions").trigger(name);
  }

  function variables() {
    const own = editor.get("formFieldRegistry").getAll().filter((field) => field.key)
      .map((field) => ({ name: field.key, detail: field.label }));
    const names = new Set(own.map((one) => one.name));
    return [...own, ...(options.variables ?? []).filter((one) => !names.has(one.name))];
  }

  async function text() {
    languages.flush();
    return changed ? writtenForm(editor.saveSchema(), known) : source;
  }

  function placeOf(id) {
    return id ? canvas.querySelector(`.fjs-element[data-id="${CSS.escape(id)}"]`) : null;
  }

  async function show(id) {
    const field = editor.get("formFieldRegistry").get(id);
    if (!field) return;
    editor.get("selection").set(field);
    const spot = placeOf(id);
    spot?.scrollIntoView({ block: "center" });
    spot?.focus({ preventScroll: true });
  }

  function paint() {
    cancelAnimationFrame(paint.next);
    paint.next = requestAnimationFrame(() => {
      for (const one of marked) one.classList.remove("st-error", "st-hint");
      marked = [];
      for (const one of found) {
        const spot = placeOf(one.element);
        if (!spot) continue;
        spot.classList.add(one.severity === "error" ? "st-error" : "st-hint");
        marked.push(spot);
      }
    });
  }

  function mark(given) {
    found = given;
    paint();
  }

  function end() {
    cancelAnimationFrame(paint.next);
    shown.stop();
    if (focus) HTMLElement.prototype.focus = focus;
    stopTexts();
    stopFeel();
    editor.destroy();
    place.replaceChildren();
    place.classList.remove("st-form");
  }

  return { source: text, mark, show, editor, undo: () => act("undo"), redo: () => act("redo"),
           rewritten: () => writtenForm(editor.saveSchema(), known), destroy: end };
}
