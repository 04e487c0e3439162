// Photos go off one by one as soon as they are chosen. What a bad line breaks is tried again, and the words never wait
// for it: the form holds only the ids of what arrived.

const PAUSES = [1000, 3000, 8000, 20000], PATIENCE = 90000;
const LARGE = 1.5 * 1024 * 1024, LONGEST_SIDE = 2048, QUALITY = 0.85;

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// A photo of a phone is made smaller before it goes over a phone's line. What cannot be read here goes as it is.
async function smaller(file) {
  if (file.size < LARGE || !/^image\/(jpeg|png|webp)$/.test(file.type) || !window.createImageBitmap) return file;
  try {
    const picture = await createImageBitmap(file);
    const part = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = element("canvas", { width: Math.round(picture.width * part), height: Math.round(picture.height * part) });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return made && made.size < file.size ? new File([made], file.name.replace(/\.\w+$/, "") + ".jpg", { type: made.type }) : file;
  } catch (error) { console.warn(error); return file; }
}

function post(address, body, progress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.responseType = "json";
    request.timeout = PATIENCE;
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) progress(event.loaded / event.total); });
    request.addEventListener("loadend", () => done(request));
    request.send(body);
  });
}

class Photo {
  constructor(form, input, file, words, changed) {
    Object.assign(this, { form, input, file, words, changed, tries: 0, state: "waiting" });
    this.key = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2) + Date.now();
    this.bar = element("progress", { max: 1, value: 0, ariaLabel: file.name });
    this.said = element("span", { role: "status" });
    this.again = element("button", { type: "button", className: "second", textContent: words.again, hidden: true, onclick: () => this.retry() });
    const out = element("button", { type: "button", className: "plain", textContent: words.remove, ariaLabel: `${words.remove}: ${file.name}`, onclick: () => this.remove() });
    this.row = element("li", {}, element("span", { textContent: file.name }), this.bar, this.said, this.again, out);
    this.input.parentElement.querySelector("[data-photos]").append(this.row);
  }

  tell(state, text) {
    this.state = state;
    this.said.textContent = text;
    this.bar.hidden = state !== "sending";
    this.again.hidden = state !== "failed";
    this.changed();
  }

  async send() {
    if (this.state === "sending" || this.state === "gone") return;
    this.tell("sending", this.words.sending);
    this.small ||= await smaller(this.file);
    const body = new FormData();
    body.set("csrf_token", this.form.elements.namedItem("csrf_token").value);
    body.set("_key", this.key);
    body.set("photo", this.small, this.small.name);
    const answer = await post(this.input.dataset.upload, body, (part) => { this.bar.value = part; });
    if (this.state === "gone") return;
    if (answer.status === 200 && answer.response?.id) this.arrived(answer.response.id);
    else if (answer.status === 0 || answer.status >= 500) this.wait();
    else this.tell("failed", this.reason(answer));
  }

  reason(answer) {
    return answer.response?.error || (answer.status === 413 ? this.words.large : answer.status === 400 ? this.words.stale : this.words.failed);
  }

  arrived(id) {
    this.row.append(element("input", { type: "hidden", name: `${this.input.name}_sent`, value: id }));
    this.tell("here", this.words.arrived);
  }

  wait() {
    const pause = PAUSES[this.tries++];
    if (pause === undefined) { this.tell("failed", this.words.failed); return; }
    this.tell("waiting", this.words.waiting);
    this.timer = setTimeout(() => this.send(), pause);
  }

  retry() { clearTimeout(this.timer); this.tries = 0; return this.send(); }

  remove() {
    clearTimeout(this.timer);
    this.row.remove();
    this.tell("gone", "");
    this.input.focus();
  }
}

export function sendAhead(form, inputs) {
  const words = { ...document.querySelector("[data-photo-words]").dataset };
  const photos = [];
  let button = null, line = Promise.resolve(), box = null;
  const open = () => photos.filter((one) => one.state === "waiting" || one.state === "sending");
  const failed = () => photos.some((one) => one.state === "failed");

  function changed() {
    if (!box || open().length || failed()) return;
    box.remove();
    box = null;
    form.requestSubmit(button || undefined);
  }

  function hold(event) {
    if (event.defaultPrevented || event.submitter?.name === "_action" || (!open().length && !failed())) return;
    event.preventDefault();
    button = event.submitter;
    if (box) return;
    const without = element("button", { type: "button", className: "second", textContent: words.without, onclick: () => {
      photos.forEach((one) => { if (one.state !== "here") one.remove(); });
      if (box) changed();
    } });
    box = element("div", { className: "notice warn", role: "status" }, element("p", { textContent: words.still }), without);
    (form.querySelector(".actions") || form.lastElementChild).before(box);
  }

  for (const input of inputs) {
    input.addEventListener("change", () => {
      for (const file of input.files) {
        const photo = new Photo(form, input, file, words, changed);
        photos.push(photo);
        line = line.then(() => photo.send()); // one by one: a narrow line carries one photo sooner than two halves
      }
      input.value = "";
    });
  }
  form.addEventListener("submit", hold);
  window.addEventListener("online", () => photos.filter((one) => one.state === "waiting" || one.state === "failed").forEach((one) => one.retry()));
}
