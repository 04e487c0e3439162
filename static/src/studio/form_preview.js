// The form as our own page shows it, on a phone and on a desk. The server draws it; the frames run no script.

import { address, token } from "./server.js";
import { make } from "./texts.js";

const WAIT = 600;
const WIDTHS = [["phone", "On a phone"], ["desk", "On a desk"]];

export function preview({ key, locale, t, source }) {
  let timer = 0;
  const frames = WIDTHS.map(([name, words]) => make("iframe", {
    class: `st-frame st-${name}`, name: `st-${name}`, title: t(words), sandbox: "allow-same-origin",
  }));
  const lang = make("select", { "aria-label": t("Language of the preview"), class: "short", onchange: () => show() },
                    make("option", { value: "zh", selected: locale === "zh" }, t("Chinese")),
                    make("option", { value: "en", selected: locale === "en" }, t("English")));
  const fields = { csrf_token: make("input", { type: "hidden", name: "csrf_token" }),
                   source: make("input", { type: "hidden", name: "source" }),
                   lang: make("input", { type: "hidden", name: "lang" }) };
  const form = make("form", { method: "post", enctype: "multipart/form-data", hidden: true, action: address(`form/${encodeURIComponent(key)}/preview`) },
                    ...Object.values(fields));
  const element = make("section", { class: "st-preview", "aria-label": t("How it will look") },
                       make("div", { class: "st-bar" }, make("h2", {}, t("How it will look")), lang), form,
                       make("div", { class: "st-frames" }, ...frames.map((frame, at) => {
                         return make("figure", {}, make("figcaption", {}, t(WIDTHS[at][1])), frame);
                       })));

  async function show() {
    fields.csrf_token.value = token();
    fields.source.value = await source();
    fields.lang.value = lang.value;
    for (const frame of frames) {
      form.target = frame.name;
      form.submit();
    }
  }

  return { element, show, soon() { clearTimeout(timer); timer = setTimeout(show, WAIT); }, stop() { clearTimeout(timer); } };
}
