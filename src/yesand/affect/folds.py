"""Folds by performer: a model is only ever asked about voices that it never met.

Random folds flatter: the same classifier gains 20 points and more when a speaker is on both sides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from yesand.kernel.errors import BadInput

#: RAVDESS's actors in the six folds of EmoBox (Ma et al. 2024, data/ravdess).
_RAVDESS = (
    (1, 11, 20, 21),
    (4, 10, 12, 14),
    (8, 9, 19, 23),
    (3, 5, 7, 24),
    (2, 15, 16, 18),
    (6, 13, 17, 22),
)
_EMOBOX = {f"Actor_{n:02d}": k for k, actors in enumerate(_RAVDESS) for n in actors}
#: As many folds as give each the same number of performers, if one of these does.
_EVEN = (6, 5, 4)


def folds(performers: Sequence[str], alike: Sequence[Sequence[str]] = ()) -> NDArray[np.int64]:
    """Return for each take the fold in which its performer is held out, shape (takes,).

    RAVDESS's 24 actors fall into EmoBox's folds; any others into at most six folds, as even as can
    be in performers, then in takes; the same ones whatever the order of the takes.

    Parameters
    ----------
    performers : handle of each take's performer.
    alike : groups of performers who sound like one voice (``voices``), to be held out together;
        where nobody else would be left, they are held out one by one.

    Raises
    ------
    BadInput : fewer than two performers.
    """
    counts = Counter(performers)
    if len(counts) < 2:
        raise BadInput(
            "A speaker-independent score needs takes of at least two performers",
            remedy="Import more performers, or widen the request.",
        )
    voice = {who: group[0] for group in alike for who in group}
    if len({voice.get(who, who) for who in counts}) < 2:
        voice = {}
    heard = Counter(voice.get(p, p) for p in performers)
    chosen = _EMOBOX if set(heard) == set(_EMOBOX) else _balanced(heard)
    return np.array([chosen[voice.get(p, p)] for p in performers], dtype=np.int64)


def _balanced(counts: Counter[str]) -> dict[str, int]:
    """Give each performer, the most recorded first, to the emptiest fold (LPT, Graham 1969)."""
    even = (k for k in _EVEN if len(counts) % k == 0)
    held = [(0, 0, k) for k in range(next(even, min(_EVEN[0], len(counts))))]
    chosen = {}
    for handle, takes in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        people, whole, k = min(held)
        held[k] = (people + 1, whole + takes, k)
        chosen[handle] = k
    return chosen
