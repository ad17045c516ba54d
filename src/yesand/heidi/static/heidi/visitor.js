// A visitor's conversation: it is in this page alone, and goes with it.
// Everything works without this script too, one answer at a time.
import { Away, Rejoin } from "../site/live.js";

class Visit {
  constructor(root) {
    this.root = root;
    this.log = root.querySelector("[data-visitor-log]");
    this.box = root.querySelector("textarea");
    this.fault = root.querySelector("[data-visitor-fault]");
    this.rejoin = new Rejoin(root.querySelector("[data-live]"));
    root.addEventListener("submit", (event) => this.submit(event));
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.box.form.requestSubmit();
      }
    });
  }

  async submit(event) {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    this.fault.textContent = "";
    const form = event.target, data = new FormData(form), button = event.submitter;
    if (button && button.name) data.set(button.name, button.value);
    await this.rejoin.until(async () => {
      const response = await this.post(form, data), told = (await response.text()).trim();
      if (response.status >= 500) throw new Away();
      if (!response.ok) { this.fault.textContent = this.words(told); return; }
      // Who has signed in meanwhile, in another tab, is led to Heidi herself.
      if (!told.startsWith("<div data-visitor-said")) { location.reload(); return; }
      if (form.contains(this.box)) this.box.value = "";
      this.put(told);
    });
    this.busy = false;
  }

  async post(form, data) {
    const headers = { "X-Requested-With": "fetch" };
    return fetch(form.action, { method: "POST", body: data, headers }).catch(() => { throw new Away(); });
  }

  // What is too much or too often is told in words; any other refusal is a whole page.
  words(told) {
    const page = new DOMParser().parseFromString(told, "text/html");
    return (page.querySelector("h1") ?? page.body).textContent;
  }

  put(html) {
    const made = document.createElement("template");
    made.innerHTML = html;
    if (made.content.firstElementChild) this.log.append(made.content.firstElementChild);
    this.root.querySelector("[data-visitor-ideas]")?.setAttribute("hidden", "");
    this.log.scrollTop = this.log.scrollHeight;
  }
}

for (const root of document.querySelectorAll("[data-visitor]")) new Visit(root);

const dock = document.querySelector("[data-heidi-dock]");
dock?.addEventListener("toggle", () => {
  if (!dock.open) return;
  dock.querySelector("[data-visitor-log]").scrollTop = 1e6;
  dock.querySelector("textarea").focus();
});
dock?.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && dock.open) { dock.open = false; dock.querySelector("summary").focus(); }
});
