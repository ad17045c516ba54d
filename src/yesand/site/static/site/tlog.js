// Proofs of a transparency log, checked in the browser and without a word from the server:
// C2SP tlog-proof, signed-note and tlog-checkpoint, over RFC 9162 trees.
"use strict";

const utf8 = new TextEncoder();
const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
export const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
export const same = (one, other) => hex(one) === hex(other);
export const bytesOf = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const unbase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
export const leafHash = (entry) => sha256(joined([0], entry));
const nodeHash = (left, right) => sha256(joined([1], left, right));

/** A key that the reader trusts: `name+id+base64(algorithm ‖ 32 bytes)`. */
export async function parseKey(vkey) {
  const [, name, id, material] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey.trim()) ?? [];
  const raw = unbase64(material ?? "");
  const told = (await sha256(joined(utf8.encode(`${name}\n`), raw))).slice(0, 4);
  if (hex(told) !== id || raw.length !== 33 || raw[0] !== 1) throw new Error("not a log's key");
  return { name, id, public: raw.slice(1) };
}

/** A `.tlog-proof` file: where an entry is, the entry itself, the way up, and the checkpoint. */
export function parseProof(text) {
  const gap = text.indexOf("\n\n");
  const lines = text.slice(0, gap).split("\n");
  if (gap < 0 || lines.shift() !== "c2sp.org/tlog-proof@v1") throw new Error("not a log's proof");
  const extra = lines[0]?.startsWith("extra ") ? unbase64(lines.shift().slice(6)) : null;
  const index = /^index (0|[1-9]\d{0,18})$/.exec(lines.shift() ?? "");
  if (!index || !extra) throw new Error("no entry in it");
  return { entry: extra, index: BigInt(index[1]), path: lines.map(unbase64), note: text.slice(gap + 2) };
}

/** A signed note: the text, the signature lines, and what the text says as a checkpoint. */
export function parseCheckpoint(note) {
  const gap = note.lastIndexOf("\n\n");
  const text = note.slice(0, gap + 1);
  const [origin, size, root] = text.split("\n");
  if (gap < 0 || !/^\d+$/.test(size ?? "")) throw new Error("not a checkpoint");
  const lines = note.slice(gap + 2).split("\n").filter((line) => line.startsWith("— "));
  return { text, origin, size: BigInt(size), root: unbase64(root), lines };
}

/** Whether the log's key has signed the checkpoint, which must be that log's. */
export async function signedBy(head, key) {
  if (head.origin !== key.name) return false;
  const verifier = await crypto.subtle.importKey("raw", key.public, { name: "Ed25519" }, false, ["verify"]);
  const said = utf8.encode(head.text);
  const mine = head.lines.map((line) => line.split(" ")).filter(([, name]) => name === key.name)
    .map(([, , told]) => unbase64(told)).filter((told) => hex(told.slice(0, 4)) === key.id);
  const held = await Promise.all(mine.map((told) => crypto.subtle.verify("Ed25519", verifier, told.slice(4), said)));
  return held.length > 0 && held.every(Boolean);
}

/** The root that a leaf's hash leads to (RFC 9162 §2.1.3.2); nothing, if the way is not one. */
export async function rootOf(leaf, index, size, path) {
  if (index >= size) return null;
  let [at, last, root] = [index, size - 1n, leaf];
  for (const step of path) {
    if (last === 0n) return null;
    if (at & 1n || at === last) {
      root = await nodeHash(step, root);
      while (!(at & 1n) && at) { at >>= 1n; last >>= 1n; }
    } else root = await nodeHash(root, step);
    at >>= 1n; last >>= 1n;
  }
  return last === 0n ? root : null;
}

/** Whether the tree of `old` entries begins the tree of `size` (RFC 9162 §2.1.4.2). */
export async function begins(old, size, path, oldRoot, newRoot) {
  if (old < 1n || old > size) return false;
  if (old === size) return !path.length && same(oldRoot, newRoot);
  const steps = (old & (old - 1n)) === 0n ? [oldRoot, ...path] : [...path];
  if (!steps.length) return false;
  let [at, last] = [old - 1n, size - 1n];
  while (at & 1n) { at >>= 1n; last >>= 1n; }
  let inner = steps.shift();
  let outer = inner;
  for (const step of steps) {
    if (last === 0n) return false;
    if (at & 1n || at === last) {
      [inner, outer] = [await nodeHash(step, inner), await nodeHash(step, outer)];
      while (!(at & 1n) && at) { at >>= 1n; last >>= 1n; }
    } else outer = await nodeHash(outer, step);
    at >>= 1n; last >>= 1n;
  }
  return last === 0n && same(inner, oldRoot) && same(outer, newRoot);
}
