// The page read aloud, in its own language, a little slower than people speak; the same button stops it.

export function readAloud(main) {
  const button = document.querySelector("[data-read]");
  if (!button || !("speechSynthesis" in window)) return;
  button.hidden = false;
  const quiet = () => { speechSynthesis.cancel(); button.setAttribute("aria-pressed", "false"); };
  button.addEventListener("click", () => {
    if (speechSynthesis.speaking) { quiet(); return; }
    const words = new SpeechSynthesisUtterance(main.innerText.replace(button.innerText, ""));
    words.lang = document.documentElement.lang;
    words.rate = 0.9;
    words.addEventListener("end", quiet);
    button.setAttribute("aria-pressed", "true");
    speechSynthesis.speak(words);
  });
  window.addEventListener("pagehide", quiet);
}
