// The recorder: record, see, listen again, redo, send. What is recorded is on the shelf as it comes.
import { listen, prepare, reason } from "./microphone.js";
import { run } from "./outbox.js";
import * as shelf from "./shelf.js";
import { pcm } from "./wav.js";

const page = document.querySelector("[data-recorder]");
const told = page.dataset;
const find = (name) => page.querySelector(`[data-${name}]`);
const outbox = document.querySelector("[data-outbox]").dataset;
const canvas = find("wave");
const meter = find("level");
const CLIPPED = 32767 / 32768;
const QUIET = 0.001; // −60 dBFS

let take = null; // what is being recorded, or was just recorded

function show(state) {
  told.state = state;
  page.querySelectorAll("[data-when]").forEach((part) => {
    part.hidden = !part.dataset.when.split(" ").includes(state);
  });
  outbox.doing = state;
}

function say(word, ...more) {
  const words = [told[word] ?? word, ...more].join(" ");
  if (find("say").textContent !== words) find("say").textContent = words;
  find("say").hidden = !words;
}

const about = (name) => ({
  id: crypto.randomUUID(), person: told.person, project: told.project, scene: told.scene,
  title: told.title, emotion: find("emotion")?.value.trim() ?? "", at: Date.now(), name,
  meeting: find("meeting")?.checked ? told.meeting : "",
});

/** Keep what is heard: a second at a time goes to the shelf, in order. */
function keeper(recording) {
  let held = [], frames = 0, n = 0, written = Promise.resolve();
  const flush = () => {
    if (!frames) return written;
    const all = new Float32Array(frames);
    held.reduce((at, piece) => { all.set(piece, at); return at + piece.length; }, 0);
    const data = pcm(all).buffer, number = n++;
    held = []; frames = 0;
    written = written.then(() => shelf.addPiece(recording.id, number, data));
    written.catch(() => stop("deviceFull"));
    return written;
  };
  const add = (samples) => {
    held.push(samples);
    frames += samples.length;
    if (frames >= recording.rate) flush();
  };
  return { add, flush };
}

/** Measure what is heard: peaks for the picture, runs at full scale, and whether there is any. */
function measure(samples) {
  let peak = 0;
  for (const sample of samples) {
    const size = Math.abs(sample);
    if (size > peak) peak = size;
    take.run = size >= CLIPPED ? take.run + 1 : 0;
    if (take.run === 3) take.clipped += 1;
  }
  take.frames += samples.length;
  take.peaks.push(peak);
  take.loudest = Math.max(take.loudest, peak);
  const seconds = take.frames / take.recording.rate;
  if (take.clipped) say("clipped");
  else if (seconds > 2 && take.loudest < QUIET) say("silent");
  else if (take.warned && take.loudest >= QUIET) say("");
  take.warned = seconds > 2 && take.loudest < QUIET;
  meter.value = Math.max(0, 1 + Math.log10(Math.max(peak, 1e-3)) / 3);
  find("time").textContent = clock(seconds);
  if (seconds >= Number(told.longest)) stop("tooLong");
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** Draw the last seconds while recording, and the whole afterwards. */
function draw(whole) {
  const { width, height } = canvas;
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, width, height);
  pen.fillStyle = getComputedStyle(canvas).color;
  const bars = Math.floor(width / 4);
  const peaks = take?.peaks ?? [];
  const step = whole ? Math.max(1, peaks.length / bars) : 1;
  const from = whole ? 0 : Math.max(0, peaks.length - bars);
  for (let i = 0; i < bars && from + i * step < peaks.length; i++) {
    const part = peaks.slice(Math.floor(from + i * step), Math.ceil(from + (i + 1) * step));
    const tall = Math.max(2, Math.max(...part) * (height - 4));
    pen.fillRect(i * 4, (height - tall) / 2, 2.5, tall);
  }
}

async function record() {
  if (!ready()) return;
  show("asking");
  say("");
  await discard();
  const early = [];
  let microphone;
  try {
    microphone = await listen((samples) => (take ? hear(samples) : early.push(samples)), () => stop("lost"));
  } catch (fault) {
    show("idle");
    say(reason(fault));
    return;
  }
  const recording = { ...about(`${told.scene}.wav`), state: "recording", rate: microphone.rate };
  const keep = keeper(recording);
  // The lock says to other tabs that this recording is alive; a crash lets go of it.
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await new Promise((resolve) => {
    navigator.locks.request(`yes-and ${recording.id}`, () => { resolve(); return held; });
  });
  outbox.current = recording.id;
  try {
    await shelf.put(recording);
  } catch {
    release(); await microphone.close(); show("idle"); say("deviceFull");
    return;
  }
  take = { recording, keep, microphone, release, peaks: [], frames: 0, clipped: 0, run: 0, loudest: 0 };
  show("recording");
  early.forEach(hear);
  find("stop").focus();
  frame();
}

function hear(samples) {
  take.keep.add(samples);
  measure(samples);
}

function frame() {
  if (told.state !== "recording") return;
  draw(false);
  requestAnimationFrame(frame);
}

async function stop(why = "") {
  if (told.state !== "recording") return;
  show("ending");
  await take.microphone.close();
  let kept = true;
  await take.keep.flush().catch(() => { kept = false; });
  await shelf.change(take.recording.id, { state: "held" }, "recording").catch(() => { kept = false; });
  take.release();
  const sound = await shelf.whole(take.recording);
  find("audio").src = URL.createObjectURL(sound);
  draw(true);
  meter.value = 0;
  show("heard");
  if (!kept) say("deviceFull");
  else if (why) say(why);
  else if (take.clipped) say("clipped");
  find("send").focus();
}

/** Let go of what was recorded and not sent. */
async function discard() {
  const last = take;
  take = null;
  outbox.current = "";
  URL.revokeObjectURL(find("audio").src);
  find("audio").removeAttribute("src");
  if (last) await shelf.remove(last.recording.id);
}

async function redo() { await discard(); await record(); }

async function sendIt() {
  if (!ready()) return;
  const { id } = take.recording;
  take = null;
  outbox.current = "";
  await shelf.change(id, { state: "queued", emotion: find("emotion")?.value.trim() ?? "" }, "held");
  show("sent");
  say("");
  draw(true);
  run();
}

/** A file goes to the shelf as it is, and from there to the server. */
async function choose(files) {
  if (!ready()) return;
  for (const file of files) {
    if (file.size > Number(told.most)) { say(file.name, told.tooLarge); continue; }
    if (!file.size) { say(file.name, told.empty); continue; }
    const row = { ...about(file.name), title: `${told.title}: ${file.name}`, state: "queued" };
    try {
      await shelf.addPiece(row.id, 0, file);
      await shelf.put(row);
    } catch { say("deviceFull"); return; }
    show("sent");
  }
  run();
}

/** Tell whether everything is said that a take needs. */
function ready() {
  const emotion = find("emotion");
  return !emotion || emotion.reportValidity();
}

find("record").addEventListener("click", record);
find("stop").addEventListener("click", () => stop());
find("redo").addEventListener("click", redo);
find("more").addEventListener("click", record);
find("send").addEventListener("click", sendIt);
const drop = find("drop");
drop.querySelector("input").addEventListener("change", (event) => {
  choose([...event.target.files]).finally(() => { event.target.value = ""; });
});
for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => { event.preventDefault(); choose([...event.dataTransfer.files]); });
// On a narrow or dense screen the picture keeps its sharpness.
canvas.width = canvas.clientWidth * devicePixelRatio || 640;
canvas.height = canvas.clientHeight * devicePixelRatio || 96;
prepare().catch(() => {});
show("idle");
