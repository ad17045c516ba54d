"""A recording's bytes."""

from __future__ import annotations

import io
from typing import Any

import soundfile
from stage import RATE


def wav_of(samples: Any) -> bytes:
    """Write samples as WAV."""
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="WAV")
    return file.getvalue()
