"""What is kept of a take, until the batch is recorded, is not its samples."""

from __future__ import annotations

import weakref
from pathlib import Path

import numpy as np
import soundfile

from yesand.synthetic.making.generator import Expected, Made
from yesand.synthetic.services import _Run, _take


def test_samples_are_let_go_once_they_are_written(tmp_path: Path) -> None:
    run, rate = _Run(), 16_000
    samples = (0.1 * np.sin(np.arange(rate * 3 // 2) / 9)).astype(np.float32)
    made = Made("sad 1", samples, rate, "sad", 7, Expected(rate, 0.5, 10), ("ab",), {"by": "hand"})
    gone = weakref.ref(samples)
    _take(made, tmp_path, run)
    del made, samples
    (kept,) = run.kept
    assert gone() is None
    assert kept.as_json() == {
        "duration_ms": 1500,
        "emotion": "sad",
        "note": {"by": "hand"},
        "parents": ["ab"],
        "place": "sad 1",
        "rate": rate,
        "seed": "7",
        "sha256": kept.sha256,
    }
    assert len(soundfile.read(kept.path)[0]) == 24_000
