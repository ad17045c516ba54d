// The conversation without leaving the page. Everything works without this script too.
import { Away, Ended, Rejoin } from "../site/live.js";
import { events } from "./events.js";

const FETCHED = { "X-Requested-With": "fetch" };

class Conversation {
  constructor(root) {
    this.root = root;
    this.log = root.querySelector("[data-heidi-log]");
    this.writing = root.querySelector("[data-heidi-writing]");
    this.words = root.querySelector("[data-heidi-words]");
    this.box = root.querySelector(".heidi-form textarea");
    this.fault = root.querySelector("[data-heidi-fault]");
    this.rejoin = new Rejoin(root.querySelector("[data-live]"));
    root.addEventListener("submit", (event) => this.submit(event));
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.box.form.requestSubmit();
      }
    });
    if (root.dataset.unfinished) this.follow(root.dataset.unfinished);
    this.down();
  }

  submit(event) {
    const form = event.target, button = event.submitter;
    if (form.matches("[data-heidi-decide]")) { event.preventDefault(); this.decide(form, button); return; }
    if (!form.matches("[data-heidi-form]")) return;
    event.preventDefault();
    if (this.busy) return;
    const data = new FormData(form);
    if (button && button.name) data.set(button.name, button.value);
    this.say(form, data);
  }

  // A fetch whose answer may be the login page: then the session has ended.
  async ask(url, options = {}) {
    const response = await fetch(url, { redirect: "manual", ...options, headers: { ...FETCHED, ...options.headers } });
    if (response.type === "opaqueredirect" || response.status === 403) throw new Ended();
    return response;
  }

  // Whatever goes wrong on the way is worth another try; only the session's end is not.
  line(connect) {
    return this.rejoin.until(async () => {
      try {
        await connect();
        return true;
      } catch (fault) {
        throw fault instanceof Ended ? fault : new Away();
      }
    });
  }

  async say(form, data) {
    this.busy = true;
    this.tell("");
    let told = null;
    const sent = await this.line(async () => {
      const response = await this.ask(form.action, { method: "POST", body: data });
      if (response.status >= 500) throw new Error("the server broke");
      told = await response.json();
    });
    if (sent && told.fault) this.tell(told.fault);
    else if (sent) {
      this.renew(told.key);
      if (form.contains(this.box)) this.box.value = "";
      if (!this.root.querySelector(`[data-message="${told.said}"]`)) this.put(told.html);
      await this.follow(told.answer);
    }
    this.busy = false;
  }

  renew(key) {
    this.root.querySelectorAll("input[name=key]").forEach((input, n) => { input.value = `${key}${n || ""}`; });
  }

  // Follow an answer; each piece is shown once, wherever the line broke.
  async follow(pk) {
    let seen = "0.0";
    this.words.textContent = "";
    this.writing.hidden = false;
    const url = this.root.dataset.streamUrl.replace("/0/", `/${pk}/`);
    const whole = await this.line(async () => {
      let done = false;
      const response = await this.ask(url, { headers: { "Last-Event-ID": seen } });
      if (!response.ok) throw new Error("no stream");
      await events(response, (event, id, data) => {
        this.rejoin.joined();
        seen = id;
        if (event === "again") this.words.textContent = "";
        if (event === "more") { this.words.append(data.text); this.down(); }
        if (event === "done") done = true;
      });
      if (!done) throw new Error("the stream broke off");
    });
    if (whole) await this.show(pk);
    this.writing.hidden = true;
  }

  async show(pk) {
    await this.line(async () => {
      const response = await this.ask(this.root.dataset.messageUrl.replace("/0/", `/${pk}/`), {});
      if (!response.ok) throw new Error("no message");
      this.put(await response.text());
    });
  }

  // One addition to the log: it is announced once.
  put(html) {
    const made = document.createElement("template");
    made.innerHTML = html;
    this.log.append(made.content.firstElementChild);
    this.down();
  }

  async decide(form, button) {
    const data = new FormData(form);
    data.set(button.name, button.value);
    form.querySelectorAll("button").forEach((b) => { b.disabled = true; });
    await this.line(async () => {
      const response = await this.ask(form.action, { method: "POST", body: data });
      if (!response.ok) throw new Error("not decided");
      const made = document.createElement("template");
      made.innerHTML = await response.text();
      const card = made.content.firstElementChild;
      form.closest("[data-heidi-proposal]").replaceWith(card);
      card.tabIndex = -1;
      card.focus();
    });
  }

  tell(text) { this.fault.textContent = text; }

  down() { this.log.scrollTop = this.log.scrollHeight; }
}

for (const root of document.querySelectorAll("[data-heidi]")) new Conversation(root);

const dock = document.querySelector("[data-heidi-dock]");
if (dock) ready(dock);

// The dock holds no conversation until it is first opened.
function ready(dock) {
  dock.addEventListener("toggle", async () => {
    const here = dock.querySelector("[data-heidi-here]");
    if (!dock.open || here.dataset.loaded) return;
    here.dataset.loaded = "yes";
    const typed = here.querySelector(".heidi-form textarea").value;
    const response = await fetch(dock.dataset.source, { redirect: "manual", headers: FETCHED }).catch(() => null);
    if (!response || !response.ok) { here.dataset.loaded = ""; return; }
    here.innerHTML = await response.text();
    const root = here.querySelector("[data-heidi]");
    new Conversation(root);
    const box = root.querySelector(".heidi-form textarea");
    box.value = typed;
    box.focus();
  });
  dock.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && dock.open) { dock.open = false; dock.querySelector("summary").focus(); }
  });
}
