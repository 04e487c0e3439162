// Residents' pages work without this. It answers while one types, keeps what was begun, sends photos one by one, helps
// to name a place, reads aloud, and puts the window on a phone.

import { answerWhileTyping } from "./resident/asking.js";
import { keepDrafts } from "./resident/drafts.js";
import { sendAhead } from "./resident/photos.js";
import { choosePlaces, findPlace } from "./resident/places.js";
import { readAloud } from "./resident/reading.js";

const main = document.getElementById("main");
for (const form of document.querySelectorAll("form[data-ask]")) answerWhileTyping(form);
keepDrafts(main);
for (const form of document.querySelectorAll("form")) {
  const inputs = [...form.querySelectorAll("input[data-upload]")];
  if (inputs.length) sendAhead(form, inputs);
}
for (const select of document.querySelectorAll("select[data-places]")) choosePlaces(select);
for (const box of document.querySelectorAll("[data-here]")) findPlace(box);
readAloud(main);
for (const box of document.querySelectorAll("[data-print]")) {
  box.hidden = false;
  box.querySelector("button").addEventListener("click", () => window.print());
}
if (main?.dataset.worker && "serviceWorker" in navigator) navigator.serviceWorker.register(main.dataset.worker);
