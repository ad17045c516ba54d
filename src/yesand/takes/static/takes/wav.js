// WAV, 24 bit, one channel (RIFF; PCM as in Microsoft's WAVEFORMATEX, format 1).
export const BYTES = 3;
const FULL = 2 ** 23;

/** Samples (full scale ±1) as little-endian 24-bit integers. */
export function pcm(samples) {
  const bytes = new Uint8Array(samples.length * BYTES);
  let at = 0;
  for (const sample of samples) {
    const whole = Math.max(-FULL, Math.min(FULL - 1, Math.round(sample * FULL)));
    bytes[at++] = whole;
    bytes[at++] = whole >> 8;
    bytes[at++] = whole >> 16;
  }
  return bytes;
}

/** The 44 bytes before so many bytes of samples. */
export function header(length, rate) {
  const view = new DataView(new ArrayBuffer(44));
  const text = (at, word) => [...word].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + length, true); text(8, "WAVE");
  text(12, "fmt "); view.setUint32(16, 16, true); view.setUint16(20, 1, true);
  view.setUint16(22, 1, true); view.setUint32(24, rate, true);
  view.setUint32(28, rate * BYTES, true); view.setUint16(32, BYTES, true);
  view.setUint16(34, 8 * BYTES, true); text(36, "data"); view.setUint32(40, length, true);
  return view.buffer;
}
