// Checks a proof where it is shown, by the key that the reader gives, and says so step by step.
"use strict";
import { begins, bytesOf, leafHash, parseCheckpoint, parseKey, parseProof, rootOf, same, signedBy } from "./tlog.js";

const form = document.getElementById("proving");
const steps = document.getElementById("proven-steps");
const fault = document.getElementById("proven-fault");
const told = JSON.parse(document.getElementById("grown")?.textContent ?? "null");

const say = (name, held) => {
  const step = steps.querySelector(`[data-step="${name}"]`);
  step.hidden = false;
  const badge = step.querySelector(".badge");
  badge.className = `badge ${held ? "good" : "warn"}`;
  badge.textContent = held ? steps.dataset.holds : steps.dataset.fails;
  return held;
};

const text = async () => {
  const chosen = form.elements.file?.files[0];
  if (chosen) return chosen.text();
  const answer = await fetch(form.dataset.proof);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
};

async function entry(key) {
  const proof = parseProof(await text());
  const head = parseCheckpoint(proof.note);
  steps.querySelectorAll("[data-is]").forEach((place) => {
    place.textContent = { index: proof.index, size: head.size }[place.dataset.is];
  });
  const root = await rootOf(await leafHash(proof.entry), proof.index, head.size, proof.path);
  say("path", root !== null && same(root, head.root));
  say("signed", await signedBy(head, key));
}

async function growth(key) {
  const [old, size] = [BigInt(told.old), BigInt(told.new)];
  const [oldRoot, newRoot] = [bytesOf(told.old_root), bytesOf(told.new_root)];
  say("path", await begins(old, size, told.path.map(bytesOf), oldRoot, newRoot));
  const head = parseCheckpoint(told.checkpoint);
  const whole = head.size === size && same(head.root, newRoot);
  if (head.size === size) say("signed", whole && await signedBy(head, key));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  steps.querySelectorAll("[data-step]").forEach((step) => { step.hidden = true; });
  fault.textContent = "";
  try {
    if (!window.crypto?.subtle) { fault.textContent = form.dataset.insecure; return; }
    const key = await parseKey(form.elements.key.value);
    await (told ? growth(key) : entry(key));
  } catch (problem) {
    fault.textContent = problem.name === "NotSupportedError" ? form.dataset.unable : form.dataset.broken;
  }
});
form.hidden = false;
