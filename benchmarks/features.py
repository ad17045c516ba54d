"""Log-mel features on one core, beside librosa's."""

from __future__ import annotations

import librosa
import numpy as np
import torch

from benchmarks.harness import Result, seconds
from yesand.affect.features import BANDS, HOP, RATE, WINDOW, logmel

_CLIPS, _SECONDS = 150, 4


def run() -> Result:
    """Measure both on the same ten minutes of noise: the work does not depend on the sound."""
    luck = np.random.default_rng(0)
    clips = [(0.1 * luck.standard_normal(RATE * _SECONDS)).astype(np.float32)] * _CLIPS
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        logmel(clips[0], RATE), mel_of_librosa(clips[0])
        ours = seconds(lambda: [logmel(clip, RATE) for clip in clips], repeat=7)
        theirs = seconds(lambda: [mel_of_librosa(clip) for clip in clips], repeat=7)
    finally:
        torch.set_num_threads(threads)
    whole = _CLIPS * _SECONDS
    return Result(
        name="features",
        what=f"log-mel of {whole // 60} minutes at 16 kHz on one core, {BANDS} bands, 25/10 ms",
        value=whole / ours,
        unit="× realtime",
        peer="librosa",
        peer_value=whole / theirs,
        higher_is_better=True,
    )


def mel_of_librosa(clip: np.ndarray[tuple[int], np.dtype[np.float32]]) -> object:
    """Return librosa's log-mel of the same bands and windows."""
    power = librosa.feature.melspectrogram(
        y=clip, sr=RATE, n_fft=512, win_length=WINDOW, hop_length=HOP, n_mels=BANDS
    )
    return librosa.power_to_db(power)
