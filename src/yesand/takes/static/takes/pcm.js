// The sound as it comes from the microphone, untouched: collected in the audio thread, 85 ms a time.
const FRAMES = 4096;

class Pcm extends AudioWorkletProcessor {
  constructor() {
    super();
    this.held = new Float32Array(FRAMES);
    this.used = 0;
    this.live = true;
    this.port.onmessage = () => { this.hand(); this.port.postMessage("end"); this.live = false; };
  }

  process([[channel]]) {
    if (!channel || !this.live) return this.live;
    for (const sample of channel) {
      this.held[this.used++] = sample;
      if (this.used === FRAMES) this.hand();
    }
    return true;
  }

  hand() {
    if (this.used) this.port.postMessage(this.held.slice(0, this.used));
    this.used = 0;
  }
}

registerProcessor("pcm", Pcm);
