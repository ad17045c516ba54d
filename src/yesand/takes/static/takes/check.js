// Hashes a chosen file here, in the browser, and asks by its hash alone.
"use strict";
(() => {
  const MOST = 1_500_000_000; // a browser holds the whole while it hashes
  const drop = document.getElementById("send");
  const file = document.getElementById("file");
  const ask = document.getElementById("ask");
  const doing = document.getElementById("doing");
  const hex = (bytes) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("");

  const hash = async () => {
    const chosen = file.files[0];
    document.getElementById("answer").replaceChildren();
    if (!chosen) return;
    if (!window.crypto?.subtle) { doing.textContent = doing.dataset.insecure; return; }
    if (chosen.size > MOST) { doing.textContent = doing.dataset.large; return; }
    doing.textContent = doing.dataset.hashing;
    const name = hex(await crypto.subtle.digest("SHA-256", await chosen.arrayBuffer()));
    if (file.files[0] !== chosen) return; // another was chosen meanwhile
    doing.textContent = "";
    ask.elements.sha256.value = name;
    ask.requestSubmit();
  };

  file.addEventListener("change", hash);
  for (const kind of ["dragenter", "dragover"])
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const kind of ["dragleave", "drop"])
    drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    file.files = event.dataTransfer.files;
    hash();
  });
  // What was refused is told where an answer would stand.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if ([400, 413, 429].includes(event.detail.xhr.status)) event.detail.shouldSwap = true;
  });
})();
