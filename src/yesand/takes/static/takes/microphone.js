// The microphone, as it is: no gain control, no noise suppression, no echo cancelling. They would
// level out exactly what a performance is made of.
const PURE = { autoGainControl: false, echoCancellation: false, noiseSuppression: false };

/** Why there is no microphone, as a word of the page. */
export function reason(fault) {
  const known = {
    NotAllowedError: "blocked", SecurityError: "blocked", NotFoundError: "none",
    OverconstrainedError: "none", NotReadableError: "busy", AbortError: "busy",
  };
  if (!window.isSecureContext || !navigator.mediaDevices) return "insecure";
  return known[fault.name] ?? "broken";
}

let made;

/** Have everything here that listening needs, before the line goes away. */
export function prepare() {
  made ??= (async () => {
    const context = new AudioContext();
    await context.audioWorklet.addModule(new URL("./pcm.js", import.meta.url));
    return context;
  })();
  made.catch(() => { made = undefined; }); // tried again when it is needed
  return made;
}

/**
 * Open the microphone.
 *
 * @param {(samples: Float32Array) => void} heard gets every sample once, in order
 * @param {() => void} lost is called when the microphone goes away
 * @returns {Promise<{rate: number, close: () => Promise<void>}>}
 */
export async function listen(heard, lost) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { ...PURE, channelCount: 1 } });
  const silence = () => stream.getTracks().forEach((track) => track.stop());
  let context;
  try {
    context = await prepare();
    await context.resume();
  } catch (fault) { silence(); throw fault; }
  const node = new AudioWorkletNode(context, "pcm", { numberOfOutputs: 0, channelCount: 1 });
  const ended = new Promise((resolve) => {
    node.port.onmessage = ({ data }) => (data === "end" ? resolve() : heard(data));
  });
  stream.getTracks().forEach((track) => track.addEventListener("ended", lost));
  const source = context.createMediaStreamSource(stream);
  source.connect(node);
  const close = async () => {
    node.port.postMessage("end");
    // A worklet whose device is gone may never answer.
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1000))]);
    silence();
    source.disconnect();
    await context.suspend();
  };
  return { rate: context.sampleRate, close };
}
