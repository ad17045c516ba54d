// A live connection tells the truth: what is the matter, when it is tried next, and that it is back.
//
//   const rejoin = new Rejoin(document.querySelector("[data-live]"));   // live.html
//   const answer = await rejoin.until(() => ask());                     // tries until it succeeds
//
// An attempt says why it failed: `Away` (try again), `Ended` (sign in, then try again). Any other
// error is the caller's own and is thrown on.

/** Nobody answered, or was told to come back: worth another try. `why` names a word of the bar. */
export class Away extends Error {
  constructor(why = "away") { super(why); this.why = why; }
}

/** The session is over: nothing works before one has signed in again. */
export class Ended extends Error {}

export class Rejoin {
  /**
   * @param {HTMLElement} bar as `live.html` makes it
   * @param {{first?: number, most?: number}} seconds before the first further try, and at most
   */
  constructor(bar, { first = 1, most = 60 } = {}) {
    Object.assign(this, { bar, first, most, tries: 0, wake: null });
    this.part = (name) => bar.querySelector(`[data-${name}]`);
    const sooner = () => this.wake?.();
    this.part("now").addEventListener("click", sooner);
    // Where nothing waits for another try, being online again is all that was missing.
    addEventListener("online", () => (this.wake ? sooner() : this.joined()));
    addEventListener("offline", () => this.say("offline"));
    // A lid was opened, or one comes back from signing in elsewhere.
    document.addEventListener("visibilitychange", () => document.hidden || sooner());
    if (!navigator.onLine) this.say("offline");
  }

  /** Try until it succeeds, waiting longer each time. */
  async until(attempt) {
    for (;;) {
      try {
        const result = await attempt();
        this.joined();
        return result;
      } catch (fault) {
        if (fault instanceof Ended) await this.wait("ended");
        else if (fault instanceof Away) await this.wait(navigator.onLine ? fault.why : "offline");
        else { this.joined(); throw fault; }
      }
    }
  }

  /** Say what is the matter, count down, and return when it is time to try again. */
  async wait(why = "away") {
    const seconds = Math.min(this.most, this.first * 2 ** this.tries++);
    // Not all at the same moment, when a server comes back to many.
    let left = Math.ceil(seconds * (0.75 + Math.random() / 2));
    this.say(why);
    await new Promise((resolve) => {
      const tick = () => {
        this.part("count").textContent = this.word("next").replace("{n}", left);
        if (left-- <= 0) this.wake();
      };
      const beat = setInterval(tick, 1000);
      this.wake = () => { clearInterval(beat); this.wake = null; resolve(); };
      tick();
    });
    this.part("count").textContent = "";
  }

  /** It works (again). */
  joined() {
    if (!this.bar.hidden && this.bar.dataset.state !== "rejoined") this.say("rejoined");
    this.tries = 0;
  }

  /** Show one state in words; `rejoined` goes away by itself. */
  say(state, words = this.word(state)) {
    this.bar.hidden = false;
    this.bar.dataset.state = state;
    if (this.part("say").textContent !== words) this.part("say").textContent = words;
    const fine = state === "rejoined";
    this.part("now").hidden = fine;
    this.part("again").hidden = state !== "ended";
    if (state === "ended") this.back();
    if (fine) this.part("count").textContent = "";
    clearTimeout(this.fading);
    if (fine) this.fading = setTimeout(() => { this.bar.hidden = true; }, 4000);
  }

  /** Signing in leads back to where one is, wherever the bar was made. */
  back() {
    const way = new URL(this.part("again").href);
    way.searchParams.set("next", location.pathname + location.search);
    this.part("again").href = way;
  }

  word(name) { return this.bar.dataset[name] ?? this.bar.dataset.away; }
}
