// What was recorded or chosen here and is not yet stored on the server: kept in IndexedDB, so that
// a closed lid, a crash or a day offline loses nothing.
//
// A recording is `recording` (now, or cut off), `held` (to be heard first), `queued` (to be sent),
// `saved` or `refused`. Its sound lies in pieces, each written as it comes.
import { header } from "./wav.js";

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("yes-and", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("recordings", { keyPath: "id" });
      asked.result.createObjectStore("pieces", { keyPath: ["recording", "n"] });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/** Run one transaction to its end on the disk; return what `work` asked for. */
async function within(stores, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(stores, mode, { durability: "strict" });
    const asked = work(...stores.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

const heard = new BroadcastChannel("yes-and-shelf");
const listeners = new Set();
heard.onmessage = () => listeners.forEach((tell) => tell());
function changed() { heard.postMessage(0); listeners.forEach((tell) => tell()); }

/** Be told when anything changes, in this tab or another. */
export function onchange(tell) { listeners.add(tell); }

export async function put(recording) {
  await within(["recordings"], "readwrite", (rows) => rows.put(recording));
  changed();
}

export async function get(id) {
  return within(["recordings"], "readonly", (rows) => rows.get(id));
}

/** Change some fields of a recording that is still here, and in that state; tell whether it was. */
export async function change(id, fields, from) {
  let done = false;
  await within(["recordings"], "readwrite", (rows) => {
    const asked = rows.get(id);
    asked.onsuccess = () => {
      done = asked.result !== undefined && (!from || asked.result.state === from);
      if (done) rows.put({ ...asked.result, ...fields });
    };
  });
  changed();
  return done;
}

/** A person's recordings on this device, the oldest first. */
export async function all(person) {
  const rows = await within(["recordings"], "readonly", (store) => store.getAll());
  return rows.filter((row) => row.person === person).sort((a, b) => a.at - b.at);
}

export async function addPiece(recording, n, data) {
  await within(["pieces"], "readwrite", (pieces) => pieces.put({ recording, n, data }));
}

const range = (id) => IDBKeyRange.bound([id, 0], [id, Infinity]);

/** The whole of a recording as one file. */
export async function whole({ id, rate }) {
  const pieces = await within(["pieces"], "readonly", (rows) => rows.getAll(range(id)));
  const data = pieces.map((piece) => piece.data);
  if (!rate) return new Blob(data);
  const length = data.reduce((sum, piece) => sum + piece.byteLength, 0);
  return new Blob([header(length, rate), ...data], { type: "audio/wav" });
}

/** Forget the sound; the row may stay to say what became of it. */
export async function dropPieces(id) {
  await within(["pieces"], "readwrite", (pieces) => pieces.delete(range(id)));
}

/** Forget a recording that is not on its way: another tab may have sent it meanwhile. */
export async function remove(id) {
  await within(["recordings", "pieces"], "readwrite", (rows, pieces) => {
    const asked = rows.get(id);
    asked.onsuccess = () => {
      if (asked.result?.state === "queued") return;
      rows.delete(id);
      pieces.delete(range(id));
    };
  });
  changed();
}
