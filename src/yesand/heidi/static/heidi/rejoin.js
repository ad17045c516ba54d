// A live connection that says the truth about itself: rejoining, next try in N s, rejoined, ended.
//
//   const line = new Rejoin(bar, async (signal) => { … });   // resolves when all is done
//   line.start();
//
// `connect` throws Rejoin.Ended when the session is over; any other fault means: try again.
(() => {
  "use strict";
  const WAITS = [1, 2, 4, 8, 15, 30];

  class Ended extends Error {}

  class Rejoin {
    constructor(bar, connect, { login = "/login/" } = {}) {
      this.bar = bar;
      this.connect = connect;
      this.login = login;
      this.words = bar.dataset; // rejoining, next, now, rejoined, ended, signIn: in the page's language
      this.failures = 0;
    }

    async start() {
      for (;;) {
        this.abort = new AbortController();
        try {
          await this.connect(this.abort.signal, () => this.joined());
          this.joined();
          return true;
        } catch (fault) {
          if (fault instanceof Ended) { this.ended(); return false; }
          await this.wait();
        }
      }
    }

    // Call it once something has arrived: what was wrong is over.
    joined() {
      if (!this.failures) return;
      this.failures = 0;
      this.show(this.words.rejoined);
      setTimeout(() => { if (!this.failures) this.bar.hidden = true; }, 2500);
    }

    wait() {
      const seconds = WAITS[Math.min(this.failures, WAITS.length - 1)];
      this.failures += 1;
      return new Promise((go) => {
        let left = seconds;
        const again = () => { clearInterval(clock); window.removeEventListener("online", again); this.show(this.words.rejoining); go(); };
        const tell = () => this.show(this.words.next.replace("{n}", left), this.words.now, again);
        const clock = setInterval(() => { left -= 1; if (left <= 0) again(); else tell(); }, 1000);
        window.addEventListener("online", again);
        tell();
      });
    }

    ended() {
      this.show(this.words.ended);
      const link = document.createElement("a");
      link.href = `${this.login}?next=${encodeURIComponent(location.pathname + location.search)}`;
      link.textContent = this.words.signIn;
      this.bar.append(link);
    }

    show(text, button, pressed) {
      this.bar.hidden = false;
      const said = document.createElement("span");
      said.textContent = text;
      if (this.bar.firstChild && this.bar.firstChild.textContent.replace(/\d+/, "") === text.replace(/\d+/, "") && button) {
        this.bar.firstChild.textContent = text; // only the seconds changed: keep the focus where it is
        this.bar.lastChild.onclick = pressed;
        return;
      }
      this.bar.replaceChildren(said);
      if (!button) return;
      const press = document.createElement("button");
      press.type = "button";
      press.textContent = button;
      press.onclick = pressed;
      this.bar.append(press);
    }
  }

  // Read a text/event-stream response; call take(event, id, data) for every event.
  async function events(response, take) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let held = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      held += value;
      let end;
      while ((end = held.indexOf("\n\n")) >= 0) {
        const lines = held.slice(0, end).split("\n");
        held = held.slice(end + 2);
        const told = Object.fromEntries(lines.filter((l) => /^(id|event|data): /.test(l)).map((l) => [l.slice(0, l.indexOf(":")), l.slice(l.indexOf(":") + 2)]));
        if (told.event) take(told.event, told.id, JSON.parse(told.data));
      }
    }
  }

  window.Rejoin = Object.assign(Rejoin, { Ended, events });
})();
