// The intake desk without a page load: asks the server what is known of what is typed, fills in by keys, and puts each
// answer of the server in the place of the last one. Every form and link here works without this too.

const desk = document.getElementById("desk");
const PAUSE = 300;
let round = 0;
let timer = 0;
let whoToo = false; // phone or name have changed since the server was last asked
let busy = false;

const theForm = () => desk.querySelector("form[data-desk]");
const field = (name) => theForm()?.elements.namedItem(name);

function bodyOf(form, submitter) {
  const body = new FormData(form);
  if (submitter?.name) body.set(submitter.name, submitter.value);
  return body;
}

// Parts that follow the typing. Where the focus stands inside, it is put back on the same button.
function swapPart(fresh) {
  const old = desk.querySelector(`[data-part="${fresh.dataset.part}"]`);
  if (!old || (fresh.dataset.part === "questions" && old.dataset.of === fresh.dataset.of)) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.value : null;
  const before = old.textContent;
  if (before === fresh.textContent && fresh.dataset.part !== "questions") return;
  old.replaceChildren(...fresh.childNodes);
  if (fresh.dataset.of !== undefined) old.dataset.of = fresh.dataset.of;
  if (focused) [...old.querySelectorAll("button")].find((one) => one.value === focused)?.focus();
}

// The kind that is usual for the service, or for the likeliest one, until somebody chooses another.
function guessKind(usual) {
  const kind = field("c-kind");
  if (!usual || !kind || (kind.value && kind.value !== kind.dataset.guessed)) return;
  kind.value = kind.dataset.guessed = usual;
}

async function ask(who) {
  const form = theForm();
  if (!form) return;
  const mine = ++round;
  const body = new FormData(form);
  form.querySelectorAll("input[type=file]").forEach((one) => body.delete(one.name));
  if (who) body.set("_part", "who");
  const answer = await fetch(form.dataset.known, { method: "POST", body, headers: { Accept: "text/html" } });
  if (!answer.ok || (mine !== round && !who)) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (form !== theForm()) return;
  page.querySelectorAll("[data-part]").forEach((part) => {
    if (mine === round || part.dataset.part === "who") swapPart(part);
  });
  guessKind(page.querySelector("[data-usual]")?.dataset.usual);
  document.dispatchEvent(new Event("yikou:shown"));
}

function soon(who) {
  whoToo ||= who;
  clearTimeout(timer);
  timer = setTimeout(() => now(false), PAUSE);
}

function now(who) {
  clearTimeout(timer);
  const asked = whoToo || who;
  whoToo = false;
  ask(asked).catch((error) => console.error(error));
}

// A button "set a=b&c=d" fills fields in; the server does the same for who has no scripts.
function fillIn(button) {
  for (const [name, value] of new URLSearchParams(button.value.slice(4))) {
    const control = field(name);
    if (control) control.value = value;
  }
  theForm().querySelector("[value=accept]").formNoValidate = Boolean(field("c-similar").value);
  const next = button.dataset.next;
  if (next === "rating") theForm().querySelector('[name="c-rating"]:checked')?.focus();
  else if (next) document.getElementById(next)?.focus();
  else if (button.closest("[data-part]")) field("c-text")?.focus();
  now(Boolean(next && next !== "rating"));
}

function show(page, address) {
  const fresh = page.getElementById("desk");
  if (!fresh) {
    document.getElementById("main").replaceChildren(...page.getElementById("main").childNodes);
    return;
  }
  desk.replaceChildren(...fresh.childNodes);
  const told = [...page.querySelectorAll("main > .notice")];
  document.querySelectorAll("main > .notice").forEach((one) => one.remove());
  desk.before(...told);
  history.replaceState(null, "", address);
  prepare();
  document.dispatchEvent(new Event("yikou:shown"));
  const place = desk.querySelector(".notice.bad") || desk.querySelector("[data-task] input:not([type=hidden]), [data-task] select, [data-task] textarea")
    || desk.querySelector("[data-focus]") || desk.querySelector("[autofocus]");
  place?.focus();
  place?.closest("section, form")?.scrollIntoView({ block: "nearest" });
}

async function go(address, options) {
  if (busy) return;
  busy = true;
  desk.setAttribute("aria-busy", "true");
  clearTimeout(timer);
  whoToo = false;
  round += 1;
  try {
    const answer = await fetch(address, { ...options, headers: { Accept: "text/html" } });
    show(new DOMParser().parseFromString(await answer.text(), "text/html"), answer.redirected ? answer.url : location.href);
  } finally {
    busy = false;
    desk.removeAttribute("aria-busy");
  }
}

function send(form, submitter) {
  return go(form.getAttribute("action"), { method: "POST", body: bodyOf(form, submitter) }).catch((error) => console.error(error));
}

// Ctrl+Enter sends what one stands in: the next task, the answer, or the request.
function primary(from) {
  const area = from.closest?.("[data-task], [data-answer]");
  return (area || desk).querySelector("button[data-send]");
}

function prepare() {
  desk.querySelectorAll("[data-without]").forEach((one) => { one.hidden = true; });
  desk.querySelectorAll("[data-keys]").forEach((one) => { one.hidden = false; });
}

if (desk) {
  prepare();
  desk.addEventListener("input", (event) => {
    const name = event.target.name;
    if (name === "c-phone" || name === "c-name") soon(true);
    else if (name === "c-text") soon(false);
  });
  desk.addEventListener("change", (event) => {
    if (["c-service", "c-kind", "c-urgency", "c-channel", "c-anonymous"].includes(event.target.name)) now(event.target.name === "c-anonymous");
  });
  desk.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=_action]");
    const link = event.target.closest("a[data-desk-link]");
    if (button?.value.startsWith("set ")) { event.preventDefault(); fillIn(button); }
    if (link) { event.preventDefault(); go(link.href).catch((error) => console.error(error)); }
  });
  desk.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.target, event.submitter);
  });
  document.addEventListener("keydown", (event) => {
    const key = event.altKey && /^(Digit|Numpad|Key)[0-9A-Z]$/.test(event.code) ? event.code.slice(-1) : null;
    if (key) {
      const offered = desk.querySelector(`[data-key="${key}"]`);
      if (offered) { event.preventDefault(); offered.click(); }
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const button = primary(event.target);
      if (button && !busy) button.form.requestSubmit(button);
    } else if (event.key === "Enter" && event.target.matches?.("form[data-desk] input")) {
      event.preventDefault();
      now(true);
    }
  });
}
