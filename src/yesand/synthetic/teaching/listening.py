"""What the fitted voice hears of takes: its own eight measures of each."""

from __future__ import annotations

import numpy as np

from yesand.affect.features import resampled
from yesand.synthetic.making.generator import Corpus, Floats
from yesand.synthetic.making.manners import measured


def heard(corpus: Corpus) -> Floats:
    """Return (takes, 8), in the corpus's order.

    Raises
    ------
    BadInput, NotFound : a take cannot be read.
    """
    sounds = (take.sound() for take in corpus.takes)
    return np.array([measured(resampled(sound.mono, sound.rate)) for sound in sounds])
