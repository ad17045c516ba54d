"""A recording as a rater hears it: the samples alone, without what a file says of itself."""

from __future__ import annotations

import io

import soundfile

from yesand.takes.sound import Sound


def bare(sound: Sound) -> bytes:
    """Return a recording as WAV, 16 bits.

    A file's tags may name the performer, the emotion or the corpus; written anew it has none.
    """
    file = io.BytesIO()
    soundfile.write(file, sound.samples, sound.rate, format="WAV", subtype="PCM_16")
    return file.getvalue()
