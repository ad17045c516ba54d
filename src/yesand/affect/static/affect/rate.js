// Rating a take: lines drawn over the waveform, by hand or by keyboard, and what the sliders say.

const form = document.querySelector("[data-judging]");
const audio = form.querySelector("audio");
const box = form.querySelector("[data-duration]");
const pad = form.querySelector("[data-pad]");
const head = form.querySelector("[data-head]");
const told = form.querySelector("[data-points]");
const whole = Number(box.dataset.duration);
const low = Number(box.dataset.low);
const high = Number(box.dataset.high);
const WIDTH = 960, HEIGHT = 160, STEP = 250;
const began = performance.now();

/** Axis -> points [ms, thousandths], growing in time. */
const lines = read(form.elements.trace.value);
let value = 5;

function read(text) {
  try { return text ? JSON.parse(text) : {}; } catch { return {}; }
}

const axis = () => form.querySelector("[name=line]:checked").value;
const now = () => Math.min(whole, Math.max(0, Math.round(audio.currentTime * 1000)));
const clamp = (number) => Math.min(high, Math.max(low, number));
const said = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** Put points in, in place of what was drawn between the first and the last of them. */
function put(points) {
  const from = Math.min(...points.map(([t]) => t)), to = Math.max(...points.map(([t]) => t));
  const rest = (lines[axis()] || []).filter(([t]) => t < from || t > to);
  const once = new Map(points.map(([t, v]) => [t, v]));
  lines[axis()] = [...rest, ...once].sort((a, b) => a[0] - b[0]);
  show();
}

function show() {
  for (const line of form.querySelectorAll("[data-line]")) {
    const points = (lines[line.dataset.line] || []).map(([t, v]) => `${x(t)},${y(v / 1000)}`);
    if (points.length === 1) points.push(points[0].replace(/^[\d.]+/, (at) => Number(at) + 4));
    line.setAttribute("points", points.join(" "));
    line.classList.toggle("chosen", line.dataset.line === axis());
  }
  const number = (lines[axis()] || []).length;
  told.textContent = number ? said(told.dataset.some, { n: number }) : told.dataset.none;
  form.elements.trace.value = Object.values(lines).some((l) => l.length) ? JSON.stringify(lines) : "";
  follow();
}

const x = (ms) => ((ms / whole) * WIDTH).toFixed(1);
const y = (level) => (HEIGHT - 6 - ((level - low) / (high - low)) * (HEIGHT - 12)).toFixed(1);

function follow() {
  head.setAttribute("x1", x(now()));
  head.setAttribute("x2", x(now()));
  pad.setAttribute("aria-valuenow", String(value));
  const time = (now() / 1000).toFixed(1);
  pad.setAttribute("aria-valuetext", said(pad.dataset.at, { value, time }));
}

/** Where a pointer is: milliseconds, and thousandths of the scale. */
function under(event) {
  const area = pad.getBoundingClientRect();
  const part = Math.min(1, Math.max(0, (event.clientX - area.left) / area.width));
  const rise = ((area.bottom - event.clientY) / area.height - 6 / HEIGHT) / (1 - 12 / HEIGHT);
  return [Math.round(part * whole), Math.round(1000 * clamp(low + rise * (high - low)))];
}

let last = null;
pad.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  pad.setPointerCapture(event.pointerId);
  last = under(event);
  put([last]);
});
pad.addEventListener("pointermove", (event) => {
  if (!last) return;
  const seen = event.getCoalescedEvents?.() ?? [];
  for (const each of seen.length ? seen : [event]) {
    const here = under(each);
    put([last, here]);
    last = here;
  }
});
for (const over of ["pointerup", "pointercancel"]) pad.addEventListener(over, () => { last = null; });

pad.addEventListener("keydown", (event) => {
  const change = { ArrowUp: 0.5, ArrowDown: -0.5, PageUp: 2, PageDown: -2 }[event.key];
  const move = { ArrowLeft: -STEP, ArrowRight: STEP, Home: -whole, End: whole }[event.key];
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === " ") {
    if (audio.paused) audio.play(); else audio.pause();
  } else if (change) {
    const at = now();
    const before = audio.paused ? [] : [[Math.max(0, at - 1), 1000 * value]];
    value = clamp(value + change);
    put([...before, [at, 1000 * value]]);
  } else if (move) {
    audio.currentTime = Math.min(whole, Math.max(0, now() + move)) / 1000;
    follow();
  } else return;
  event.preventDefault();
});

function run() {
  follow();
  if (!audio.paused) requestAnimationFrame(run);
}
audio.addEventListener("play", run);
audio.addEventListener("seeked", follow);
audio.addEventListener("timeupdate", follow);

form.querySelector("[data-clear]").addEventListener("click", () => {
  delete lines[axis()];
  show();
});
for (const choice of form.querySelectorAll("[name=line]")) choice.addEventListener("change", show);

/** Tell what a slider stands at, where its bare number would not. */
function speak(slider) {
  const given = Number(slider.value);
  const words = given ? said(slider.dataset.of, { value: given }) : slider.dataset.unset;
  slider.setAttribute("aria-valuetext", words);
  form.querySelector(`[data-value-of="${slider.id}"]`).textContent = given || "–";
}
for (const slider of form.querySelectorAll("[data-sam]")) {
  speak(slider);
  slider.addEventListener("input", () => speak(slider));
}

form.addEventListener("submit", () => {
  form.elements.spent.value = String(Math.round(performance.now() - began));
});

const drawn = !("noLine" in form.dataset);
pad.hidden = !drawn;
form.querySelector("[data-tracing]").hidden = !drawn;
show();
