// What surrounds every editor of the Studio: it saves by itself, keeps the text when the connection is lost, tells who
// else is here, never writes over another person's text, and asks the checks. An entry calls `start(mount)`.

import { asker } from "./asking.js";
import { faultList } from "./faults.js";
import { keeper } from "./keeping.js";
import { mount as mountPlain } from "./plain.js";

const SAVE_AFTER = 1500;
const CHECK_AFTER = 600;
const TELL_EVERY = 15_000;
const TRY_EVERY = 5_000;

export function start(mount) {
  const page = document.querySelector("[data-studio]");
  if (page) new Shell(page, JSON.parse(page.dataset.studio)).begin(mount);
}

class Shell {
  constructor(page, config) {
    this.page = page;
    this.config = config;
    this.words = config.words;
    this.revision = config.revision;
    this.basedOn = config.based_on;
    this.changes = 0;
    this.saved = 0;
    this.busy = null;
    this.stopped = false;
    this.unanswered = new Set();
    this.kept = keeper(config);
    this.question = asker(page);
    this.list = faultList(page, this.words);
    this.status = page.querySelector("[data-saving]");
    this.others = page.querySelector("[data-others]");
    this.field = page.querySelector("[data-source]");
    this.place = page.querySelector("[data-place]");
  }

  get unsaved() { return this.changes !== this.saved; }

  async begin(mount) {
    this.mountWith = mount;
    this.tell("ready");
    this.options = await this.ask(this.config.urls.options).then((found) => found.body, () => ({})) ?? {};
    const waiting = this.kept.get();
    await this.edit(this.field.value);
    this.page.querySelector(".script-only").hidden = false;
    this.listen();
    if (waiting && typeof waiting.source === "string" && waiting.source !== this.field.value) await this.bringBack(waiting);
    else this.kept.drop();
    this.check();
    this.present();
    setInterval(() => this.present(), TELL_EVERY);
    setInterval(() => { if (this.failed && this.unsaved) this.save(); }, TRY_EVERY);
    this.page.dataset.ready = "";
  }

  // The editor with a text. A drawn editor that cannot read it gives way to the plain one: nothing is lost.
  async edit(source) {
    this.editor?.destroy?.();
    const form = this.field.form;
    const given = { place: this.fresh(), source, kind: this.config.kind, key: this.config.key, locale: this.config.locale,
                    options: this.options, words: this.words, label: this.words.editor, onChange: () => this.changed(),
                    say: (text) => this.say(text) };
    form.hidden = true;
    try {
      this.editor = await this.mountWith(given);
    } catch (error) {
      console.warn(error);
      this.say(this.words.broken);
      this.editor = await mountPlain({ ...given, place: this.fresh() });
    }
    for (const name of ["undo", "redo"]) this.page.querySelector(`[data-do=${name}]`).hidden = !this.editor[name];
  }

  fresh() {
    const made = this.place.cloneNode(false);
    this.place.replaceWith(made);
    this.place = made;
    made.hidden = false;
    return made;
  }

  listen() {
    const acts = { undo: () => this.editor.undo?.(), redo: () => this.editor.redo?.(), check: () => this.check(true) };
    for (const [name, act] of Object.entries(acts)) this.page.querySelector(`[data-do=${name}]`).addEventListener("click", act);
    document.addEventListener("keydown", (event) => {
      const command = event.ctrlKey || event.metaKey;
      if (command && !event.shiftKey && event.key.toLowerCase() === "s") { event.preventDefault(); this.save(); }
      if (command && event.shiftKey && event.key.toLowerCase() === "p") { event.preventDefault(); this.list.open(); }
    }, true);
    addEventListener("online", () => { if (this.unsaved) this.save(); else this.present(); });
    addEventListener("offline", () => { if (this.unsaved) this.lost(); });
    addEventListener("beforeunload", (event) => { if (this.unsaved) event.preventDefault(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.present(); });
    for (const link of this.page.querySelectorAll(".toolbar a[href]")) link.addEventListener("click", (event) => this.leave(event, link));
  }

  // Pages that look at the draft are left for after it was saved.
  async leave(event, link) {
    if (!this.unsaved || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    await this.save();
    if (!this.unsaved) location.assign(link.href);
  }

  changed() {
    this.changes += 1;
    if (this.stopped) return;
    if (!this.failed) this.tell("unsaved");
    clearTimeout(this.later);
    this.later = setTimeout(() => this.save(), SAVE_AFTER);
  }

  async save() {
    clearTimeout(this.later);
    if (this.stopped || !this.unsaved) return;
    if (this.busy) { await this.busy; if (this.unsaved && !this.failed && !this.stopped) await this.save(); return; }
    this.busy = this.send();
    try { await this.busy; } finally { this.busy = null; }
    if (this.unsaved && !this.failed && !this.stopped) this.later = setTimeout(() => this.save(), SAVE_AFTER);
  }

  async send() {
    const upTo = this.changes;
    const source = await this.editor.source();
    this.keep(source);
    if (!this.failed) this.tell("saving");
    const data = { source, revision: this.revision, based_on: this.basedOn };
    let answer;
    try {
      answer = await this.ask(this.config.urls.save, data);
      if ([400, 403].includes(answer.status) && !answer.body && await this.renew()) answer = await this.ask(this.config.urls.save, data);
    } catch {
      this.unanswered.add(source); // it may have arrived all the same
      this.lost();
      return;
    }
    this.failed = false;
    if (answer.status === 200) {
      this.revision = answer.body.revision;
      this.setRevision();
      if (answer.body.open) this.begun(answer.body);
      this.unanswered.clear();
      this.saved = upTo;
      if (!this.unsaved) this.kept.drop();
      this.tell(this.unsaved ? "unsaved" : "saved", { at: answer.body.saved });
      this.checkSoon();
    } else if (answer.status === 409 && (answer.body?.source === source || this.unanswered.has(answer.body?.source))) {
      this.adopt(answer.body); // our own text, whose answer was lost
      this.unanswered.clear();
      this.failed = false;
      if (answer.body.source === source) this.saved = upTo;
      if (!this.unsaved) this.kept.drop();
      this.tell(this.unsaved ? "unsaved" : "saved", { at: answer.body.at });
    } else if (answer.status === 409 && answer.body) {
      this.conflict(answer.body, source);
    } else {
      this.failed = answer.status >= 500 || answer.status === 429;
      if (this.failed) this.lost();
      else if (answer.body?.error) this.tell("refused", { why: answer.body.error });
      else this.tell("signed_out", {}, "refused");
    }
  }

  // After signing in again the page's token is an old one. Only the same person goes on with it.
  async renew() {
    const answer = await fetch(this.config.urls.page, { credentials: "same-origin" });
    const other = new DOMParser().parseFromString(await answer.text(), "text/html");
    const config = other.querySelector("[data-studio]")?.dataset.studio;
    if (!config || JSON.parse(config).me !== this.config.me) return false;
    const token = other.querySelector("input[name=csrf_token]").value;
    for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
    return true;
  }

  keep(source) {
    return this.kept.put({ source, revision: this.revision, basedOn: this.basedOn, at: new Date().toISOString() });
  }

  async lost() {
    this.failed = true;
    const kept = this.keep(await this.editor.source());
    this.tell(kept ? "offline" : "unkept", {}, "offline");
  }

  // Somebody else's text is stored. Both stay until the person has chosen.
  conflict(theirs, mine) {
    this.stopped = true;
    this.tell("conflict");
    const take = async () => {
      this.adopt(theirs);
      await this.edit(theirs.source);
      this.settle();
      this.question.ask(this.words.put_aside, [{ words: this.words.put_back, second: true, act: async () => {
        await this.edit(mine);
        this.changed();
      } }], [], "");
    };
    const replace = () => { this.adopt(theirs); this.stopped = false; this.changes += 1; this.save(); };
    const who = theirs.by ? ` ${this.words.by.replace("{by}", theirs.by).replace("{at}", theirs.at)}` : "";
    this.question.ask(`${theirs.error}${who}`, [
      { words: this.words.theirs, act: take, second: true }, { words: this.words.mine, act: replace, second: true }], theirs.lines ?? []);
  }

  adopt(theirs) {
    this.revision = theirs.revision;
    this.basedOn = theirs.based_on;
    this.setRevision();
  }

  settle() {
    this.stopped = false;
    this.saved = this.changes;
    this.kept.drop();
    this.tell("ready");
    this.check();
  }

  // Text that a lost connection left behind in this browser.
  async bringBack(waiting) {
    const at = new Date(waiting.at).toLocaleString(this.config.locale === "zh" ? "zh-CN" : "en");
    await this.edit(waiting.source);
    if (waiting.revision === this.revision) {
      this.say(this.words.restored.replace("{at}", at));
      this.changes += 1;
      await this.save();
      return;
    }
    this.revision = waiting.revision; // what it was written on: the server answers with what differs
    this.basedOn = waiting.basedOn;
    this.changes += 1;
    await this.save();
  }

  async present() {
    if (document.hidden) return;
    const before = this.saved;
    const answer = await this.ask(this.config.urls.present, {}).catch(() => null);
    if (answer?.status !== 200) return;
    const now = answer.body;
    this.others.textContent = now.others.length ? this.words.here.replace("{names}", now.others.join(", ")) : "";
    if (now.revision > this.revision && !this.busy && before === this.saved && !this.stopped && !this.question.open) {
      if (this.unsaved) { this.save(); return; } // answered with what differs
      this.stopped = true;
      const text = now.open ? this.words.newer.replace("{by}", now.by) : this.words.published;
      this.question.ask(text, [{ words: this.words.show_newer, act: () => location.reload() }]);
    }
  }

  checkSoon() {
    clearTimeout(this.checking);
    this.checking = setTimeout(() => this.check(), CHECK_AFTER);
  }

  async check(wanted = false) {
    clearTimeout(this.checking);
    this.abort?.abort();
    const abort = this.abort = new AbortController();
    if (wanted) this.list.checking();
    const source = await this.editor.source();
    const answer = await this.ask(this.config.urls.lint, { source }, abort.signal).catch(() => null);
    if (abort.signal.aborted) return;
    if (answer?.status !== 200) {
      if (wanted) this.list.failed();
      return;
    }
    this.editor.mark?.(answer.body.problems);
    this.list.tell(answer.body.problems, (one) => this.editor.show?.(one.element, one));
    if (wanted) this.list.open();
  }

  async ask(url, data, signal) {
    const token = document.querySelector("input[name=csrf_token]").value;
    const answer = await fetch(url, data === undefined ? { credentials: "same-origin" } : {
      method: "POST", credentials: "same-origin", signal, body: JSON.stringify(data),
      headers: { "Content-Type": "application/json", "X-CSRFToken": token } });
    const json = (answer.headers.get("Content-Type") ?? "").includes("application/json");
    return { status: answer.status, body: json ? await answer.json() : null };
  }

  // The head of the page said what is in force until a draft began.
  begun({ by, saved }) {
    const tag = document.createElement("span");
    tag.className = "tag warn";
    tag.textContent = this.words.draft;
    const who = document.createElement("span");
    who.className = "quiet";
    who.textContent = ` ${by}, ${saved}`;
    this.page.querySelector("[data-state-of]").replaceChildren(tag, who);
  }

  setRevision() {
    for (const field of this.page.querySelectorAll("input[name=revision]")) field.value = this.revision;
  }

  tell(state, values = {}, look = state) {
    let text = this.words[state];
    for (const [name, value] of Object.entries(values)) text = text.replace(`{${name}}`, value);
    if (this.status.textContent !== text) this.status.textContent = text;
    this.status.dataset.state = look;
  }

  say(text) { this.question.ask(text, [], [], ""); }
}
