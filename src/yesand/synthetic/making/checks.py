"""What keeps a synthetic take out: it is broken, empty, not what was asked for, or a copy."""

from __future__ import annotations

import numpy as np

from yesand.synthetic.making.generator import Made
from yesand.takes.quality import judge
from yesand.takes.sound import Probe, Sound

#: The kind of file that synthetic takes are kept as.
MEDIA_TYPE = "audio/flac"


def sound_of(made: Made) -> Sound:
    """Return a take as the house's ears hear it."""
    frames = len(made.samples)
    probe = Probe(MEDIA_TYPE, round(1000 * frames / made.rate), made.rate, 1, frames)
    return Sound(probe, made.samples[:, None])


def fault(made: Made) -> str:
    """Return why a take is refused; empty where nothing is wrong with it."""
    want, samples = made.expected, made.samples
    if samples.ndim != 1 or not len(samples):
        return "It holds no sound"
    if not np.isfinite(samples).all():
        return "Some of its samples are no numbers"
    if made.rate != want.rate:
        return f"It has {made.rate:,} samples a second, and not {want.rate:,}"
    seconds = len(samples) / made.rate
    if not want.least_s <= seconds <= want.most_s:
        return (
            f"It lasts {seconds:.2f} s, and not between {want.least_s:.2f} and {want.most_s:.2f} s"
        )
    found = [finding.reason for finding in judge(sound_of(made)) if finding.rejects]
    return found[0] if found else ""
