"""A small corpus in the RAVDESS layout, one of its files no recording at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

RATE = 16_000


def corpus(root: Path) -> Path:
    """Write two actors' takes of four emotions, and a text that is named as one of them."""
    rng = np.random.default_rng(7)
    for actor in (1, 2):
        folder = root / f"Actor_{actor:02d}"
        folder.mkdir(parents=True)
        for emotion in (1, 3, 4, 5):
            sound = 0.1 * rng.standard_normal(RATE).astype("float32")
            soundfile.write(folder / f"03-01-{emotion:02d}-01-01-01-{actor:02d}.wav", sound, RATE)
    (root / "Actor_01" / "03-01-06-01-01-01-01.wav").write_text("not a recording")
    return root
