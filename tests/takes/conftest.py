"""Recordings made on the spot, small and each unlike the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

Record = Callable[..., Path]


@pytest.fixture(scope="session")
def record() -> Record:
    """Write a short voice-like sound; the same seed gives the same content."""

    def make(path: Path, seed: int = 0, *, seconds: float = 0.6, gain: float = 0.3) -> Path:
        rng = np.random.default_rng(seed)
        t = np.arange(round(16_000 * seconds)) / 16_000
        tone = np.sin(2 * np.pi * rng.uniform(90, 260) * t) * np.sin(2 * np.pi * 3 * t) ** 2
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, gain * tone + 0.001 * rng.standard_normal(len(t)), 16_000)
        return path

    return make
