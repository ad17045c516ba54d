// What is on this device and on its way: one row a recording, each saying what is true of it.
import { Rejoin } from "../site/live.js";
import { Refused, send } from "./sending.js";
import * as shelf from "./shelf.js";

const box = document.querySelector("[data-outbox]");
const words = box.dataset;
const person = words.person;
const rejoin = new Rejoin(document.querySelector("main [data-live]"));
const progress = new Map();
const DAY = 86_400_000;

const later = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
/** Hold a recording for this tab; without `wait`, `busy` says that another tab has it. */
const hold = (id, wait, work) =>
  navigator.locks.request(`yes-and ${id}`, { ifAvailable: !wait }, (lock) => work(lock !== null));

/** Find what a closed lid or a crash cut off, and forget what was saved long ago. */
async function recover() {
  for (const row of await shelf.all(person)) {
    if (row.state === "recording") {
      await hold(row.id, false, async (mine) => {
        if (!mine) return; // being recorded in another tab
        const { size } = await shelf.whole(row);
        if (size > 44) await shelf.change(row.id, { state: "held", recovered: true });
        else await shelf.remove(row.id);
      });
    }
    if (row.state === "saved" && Date.now() - row.at > DAY) await shelf.remove(row.id);
  }
}

let sending = false;

/** Send everything that is queued, one after another. */
async function sendAll() {
  if (sending) return;
  sending = true;
  try {
    for (;;) {
      const row = (await shelf.all(person)).find(({ state }) => state === "queued");
      if (!row) break;
      await hold(row.id, true, () => sendOne(row.id));
    }
  } finally { sending = false; }
}

async function sendOne(id) {
  const row = await shelf.get(id);
  if (row?.state !== "queued") return; // another tab has sent it meanwhile
  try {
    const told = (done, of) => { progress.set(id, [done, of]); draw(); };
    const take = await send(row, await shelf.whole(row), rejoin, told);
    await shelf.change(id, { state: "saved", take });
    await shelf.dropPieces(id);
  } catch (fault) {
    if (!(fault instanceof Refused)) { await later(5); throw fault; }
    await shelf.change(id, { state: "refused", reason: fault.message });
  }
}

const made = (name, text, extra = {}) => Object.assign(document.createElement(name), { textContent: text, ...extra });

function said(row) {
  if (row.state === "recording") return words.recording;
  if (row.state === "held") return row.recovered ? words.recovered : words.held;
  if (row.state === "refused") return `${words.refused} ${row.reason}`;
  if (row.state === "saved") {
    const why = row.take.findings.filter((f) => f.rejects).map((f) => f.reason).join("; ");
    if (row.take.state === "rejected") return `${words.rejected} ${why}`;
    return row.take.state === "disputed" ? words.disputed : words.saved;
  }
  const [done, of] = progress.get(row.id) ?? [0, 0];
  if (!of) return words.queued;
  return done < of ? words.sending.replace("{p}", Math.floor((100 * done) / of)) : words.checking;
}

function drawn(row) {
  const item = made("li", "", { className: row.state });
  item.dataset.id = row.id;
  item.append(made("span", row.title, { dir: "auto", className: "what" }));
  item.append(made("span", said(row), { className: "how", dir: "auto" }));
  const actions = made("span", "", { className: "do" });
  if (row.state === "saved") actions.append(made("a", words.open, { href: `/takes/${row.take.sha256}/` }));
  const act = (text, work) => actions.append(made("button", text, { type: "button", className: "secondary", onclick: work }));
  if (row.state === "held") {
    if (box.dataset.listen !== undefined) act(words.hear, () => hear(row));
    act(words.send, () => shelf.change(row.id, { state: "queued" }, "held").then(run));
  }
  const anew = { state: "queued", key: crypto.randomUUID() };
  if (row.state === "refused") act(words.again, () => shelf.change(row.id, anew, "refused").then(run));
  if (row.state === "held" || row.state === "refused") act(words.drop, () => confirm(words.sure) && shelf.remove(row.id));
  item.append(actions);
  return item;
}

async function hear(row) {
  const audio = box.querySelector("audio");
  audio.src = URL.createObjectURL(await shelf.whole(row));
  audio.hidden = false;
  await audio.play().catch(() => {});
}

let drawing = Promise.resolve();

/** Draw the list again, keeping the focus where it was. */
export function draw() {
  drawing = drawing.then(async () => {
    const rows = (await shelf.all(person)).filter(({ id }) => id !== words.current);
    const list = box.querySelector("ul");
    const at = [...list.querySelectorAll("button, a")].indexOf(document.activeElement);
    list.replaceChildren(...rows.map(drawn));
    if (at >= 0) list.querySelectorAll("button, a")[at]?.focus();
    box.hidden = rows.length === 0;
    const last = rows.filter(({ state }) => state === "saved" || state === "refused").at(-1);
    const news = last ? `${last.title}: ${said(last)}` : "";
    const told = box.querySelector("[data-news]");
    if (told.textContent !== news) told.textContent = news;
  });
  return drawing;
}

/** Send what waits; a fault of ours is tried again, and seen. */
export async function run() {
  await draw();
  await sendAll().catch((fault) => { console.error(fault); run(); });
}

addEventListener("beforeunload", (event) => {
  if (words.doing === "recording") event.preventDefault();
});
shelf.onchange(draw);
await recover();
run();
