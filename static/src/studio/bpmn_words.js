// The texts of the editor: English is the key, Chinese comes from three dictionaries, the later ones winning.
import canvas from "bpmn-js-i18n/translations/zn";
import bundled from "./bpmn_words_zh.js";
import own from "./bpmn_words_own.js";

export const chinese = { ...canvas, ...bundled, ...own };

export function translator(locale) {
  const fill = (text, parts) => text.replace(/{([^}]+)}/g, (whole, key) => (parts && key in parts ? parts[key] : whole));
  return (template, replacements) => {
    const text = locale === "zh" && Object.hasOwn(chinese, template) ? chinese[template] : template;
    return typeof text === "string" ? fill(text, replacements) : text;
  };
}
