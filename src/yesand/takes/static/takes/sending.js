// Sending a recording by parts (the API's /uploads): each with its hash, each as often as it takes.
import { Away, Ended } from "../site/live.js";

/** The server will not have it, and says why. */
export class Refused extends Error {}

const LATER = new Set([408, 423, 425, 429]);
let token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;

const sha256 = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));
const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

/** Ask the API once. Throws `Away`, `Ended` or `Refused`. */
async function ask(method, path, body, headers = {}) {
  const raw = body instanceof ArrayBuffer;
  let answer;
  try {
    answer = await fetch(`/api/uploads${path}`, {
      method,
      body: raw || body === undefined ? body : JSON.stringify(body),
      headers: {
        "X-CSRFToken": token,
        "Content-Type": raw ? "application/octet-stream" : "application/json",
        ...headers,
      },
    });
  } catch {
    throw new Away();
  }
  if (answer.ok) return answer.json().catch(() => { throw new Away(); });
  if (answer.status === 507) throw new Away("full");
  if (answer.status >= 500 || LATER.has(answer.status)) throw new Away();
  if (answer.status === 401) throw new Ended();
  const problem = await answer.json().catch(() => ({ title: answer.statusText, detail: "" }));
  if (answer.status === 403 && /csrf/i.test(problem.title)) { await renew(); throw new Away(); }
  const refusal = new Refused([problem.title, problem.detail].filter(Boolean).join(". "));
  refusal.status = answer.status;
  throw refusal;
}

/** Signing in again, here or in another tab, makes a page's token stale: take a fresh one. */
async function renew() {
  const page = await fetch(location.href).catch(() => { throw new Away(); });
  if (page.redirected) throw new Ended();
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
  token = fresh.querySelector("[name=csrfmiddlewaretoken]")?.value ?? token;
}

/**
 * Send a recording until it is stored; return its take.
 *
 * @param recording as the shelf keeps it
 * @param {Blob} whole its sound
 * @param {Rejoin} rejoin waits where the server cannot be reached
 * @param {(done: number, of: number) => void} told after every part
 */
export async function send(recording, whole, rejoin, told) {
  const name = hex(await sha256(await whole.arrayBuffer()));
  for (let turn = 0; ; turn++) {
    try {
      return await once(recording, whole, name, rejoin, told);
    } catch (fault) {
      // Parts that the server no longer has, or holds otherwise than we do: begin anew, thrice.
      if (!(fault instanceof Refused) || ![404, 409].includes(fault.status) || turn > 2) throw fault;
      if (!fault.begun) throw fault;
      recording = { ...recording, key: crypto.randomUUID() };
    }
  }
}

async function once(recording, whole, name, rejoin, told) {
  const { id, key = id, person, project, scene, emotion, meeting } = recording;
  const wish = { performer: person, project, scene, emotion, name: recording.name, size: whole.size };
  const begin = () => ask("POST", "", { ...wish, meeting: meeting || null }, { "Idempotency-Key": key });
  let standing = await rejoin.until(begin);
  try {
    if (standing.state === "open") standing = await parts(standing, whole, name, rejoin, told);
  } catch (fault) { fault.begun = true; throw fault; }
  if (standing.state !== "stored") throw new Refused(standing.reason);
  if (standing.take.sha256 !== name) throw new Refused("The server stored another recording");
  return standing.take;
}

async function parts({ id, part, have }, whole, name, rejoin, told) {
  const count = Math.ceil(whole.size / part);
  const here = new Set(have);
  for (let n = 0; n < count; n++) {
    told(n, count);
    if (here.has(n)) continue;
    const data = await whole.slice(n * part, (n + 1) * part).arrayBuffer();
    const digest = `sha-256=:${base64(await sha256(data))}:`;
    await rejoin.until(() => ask("PUT", `/${id}/parts/${n}`, data, { "Content-Digest": digest }));
  }
  told(count, count);
  return rejoin.until(() => ask("POST", `/${id}/finish`, { sha256: name }));
}
