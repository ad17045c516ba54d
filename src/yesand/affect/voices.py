"""Which performers sound like one voice: they must be held out together.

Whoever has two accounts, one asked about while the other trains, is asked by voices that the model
has met, and gains half as much again (docs/reliance-robustness.md). So accounts that sound alike
lie in one fold. That costs nobody anything: a fold only decides who is asked when.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from yesand.affect.features import Features

#: Two halves of one voice's takes differ about as much as chance lets them (1), two actors of
#: RAVDESS or EMO-DB at least five times as much; halves of them three times and more.
ONE_VOICE = 3.0
#: With fewer takes, chance is not known well enough.
LEAST = 4
#: What sounds lies within 30 dB of the loudest frame, in natural logarithms of power.
_QUIET = 7.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def alike(
    takes: Sequence[Features], performers: Sequence[str], label: Ints
) -> tuple[tuple[str, ...], ...]:
    """Return the groups of performers, two or more each, who sound like one voice.

    Parameters
    ----------
    takes : log-mel features of every take. label : what each says, so that nobody is told apart by
        what they play.
    """
    names, owner = np.unique(np.array(performers), return_inverse=True)
    means, errors = _voices(_scaled(takes, owner, label), owner, len(names))
    group = list(range(len(names)))
    for one, other in combinations(range(len(names)), 2):
        apart = float(((means[one] - means[other]) ** 2).sum())
        if apart < ONE_VOICE * (errors[one] + errors[other]):
            old, new = group[other], group[one]
            group = [new if g == old else g for g in group]
    found = [tuple(str(n) for n, g in zip(names, group, strict=True) if g == k) for k in set(group)]
    return tuple(sorted(one for one in found if len(one) > 1))


def _scaled(takes: Sequence[Features], owner: Ints, label: Ints) -> Floats:
    """Return every take's long-term spectrum, without its level and what its emotion does to it.

    Each band is scaled by how much it moves from take to take of one performer.
    """
    spectra = np.stack([_spectrum(take) for take in takes])
    for kind in np.unique(label):
        spectra[label == kind] -= spectra[label == kind].mean(0)
    own = spectra.copy()
    for who in np.unique(owner):
        own[owner == who] -= own[owner == who].mean(0)
    scaled: Floats = spectra / np.maximum(own.std(0), 1e-6)
    return scaled


def _spectrum(take: Features) -> Floats:
    """Return mean and spread of each band over what sounds, (2 · bands,)."""
    loud = take.max(axis=1).astype(np.float64)
    heard = take[loud > loud.max() - _QUIET].astype(np.float64)
    heard -= heard.mean()
    return np.concatenate([heard.mean(0), heard.std(0)])


def _voices(spectra: Floats, owner: Ints, people: int) -> tuple[Floats, list[float]]:
    """Return each performer's mean, and by how much chance moves it (squared)."""
    means, errors = np.zeros((people, spectra.shape[1])), [0.0] * people
    for who in range(people):
        own = spectra[owner == who]
        means[who] = own.mean(0)
        # Too few to tell: as if chance moved it not at all, so that nobody is like them.
        errors[who] = float(own.var(0).sum()) / (len(own) - 1) if len(own) >= LEAST else -np.inf
    return means, errors
