"""Players that are synthetic takes, and the people for whom each of them stands.

In the game (``game``) synthetic takes of one source play for themselves. What they bring is then
passed on, in the parts that were recorded with them when the model was trained: a performer's
effect is what their own takes bring and their parts of what synthetic takes bring,

    φ_g = d_g + Σ_s p_s(g) φ_s.

Effects are sums over takes, so that dividing a performer's takes in this way moves nobody's, and
the parts of a source add up to one: all effects still add up to the gain.

Their parts, and who leaves with whom, are read here; what follows for effects and shares is in
``pooling``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yesand.kernel.errors import BadInput
from yesand.training.made import BILLION

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_NAMES = ("made_take", "made_label", "made_ms", "made_into", "made_source", "made_embedding")
_PASSED = ("source_batch", "passed_from", "passed_to", "passed_ppb")
#: The arrays of a folder that are read.
NAMES = (*_NAMES, *_PASSED, "duration_ms")


@dataclass(frozen=True, eq=False)
class Through:
    """For whom synthetic players stand; they come after the people, in this order.

    Attributes
    ----------
    people : how many performers there are. batches : (G,) the batch of each source.
    part, low, high : (G, people), each row of ``part`` adds up to 1.
    unasked : what taught no fold, and so does not play.
    performed_ms : how long what people performed lasts. played_ms : the same of what plays.
    """

    people: int
    batches: tuple[str, ...]
    part: Floats
    low: Floats
    high: Floats
    unasked: tuple[Unasked, ...] = ()
    performed_ms: int = 0
    played_ms: int = 0

    def pooled(self, players: Floats) -> Floats:
        """Return what is theirs of what players bring, (…, players) → (…, people)."""
        own: Floats = players[..., : self.people]
        return own + players[..., self.people :] @ self.part

    def leaving(self, size: int) -> Floats:
        """Return who leaves with each player, (size, size): with a person what is theirs alone."""
        gone = np.eye(size)
        for source, parts in enumerate(self.part):
            if (alone := np.flatnonzero(parts)).size == 1:
                gone[alone[0], self.people + source] = 1
        return gone


@dataclass(frozen=True)
class Unasked:
    """Takes of one source that taught no fold: ``shares`` as in ``passing``."""

    batch: str
    ms: int
    shares: Mapping[str, tuple[int, int, int]]


@dataclass(frozen=True)
class MadeTakes:
    """Synthetic takes as a folder has them, N of them, of those that teach a fold at all.

    Attributes
    ----------
    owner : (N,) which player each is. into : (folds, N). embedding : (folds, N, d).
    """

    takes: tuple[str, ...]
    owner: Ints
    label: Ints
    into: NDArray[np.bool_]
    embedding: Floats
    through: Through


def read(
    arrays: Mapping[str, NDArray[Any]], performers: Sequence[str], names: Mapping[str, str]
) -> MadeTakes | None:
    """Read what a folder says of synthetic takes; nothing, if it was taught none.

    Parameters
    ----------
    performers : handles, as the corpus has them. names : pseudonym → handle.

    Raises
    ------
    BadInput : its arrays do not fit together, or name somebody who is not in the corpus.
    """
    if "made_take" not in arrays:
        return None
    missing = [name for name in NAMES if name not in arrays]
    if missing:
        raise BadInput(f"Frozen features without {missing[0]}", where="frozen.npz")
    into, source = arrays["made_into"].astype(bool), arrays["made_source"].astype(np.int64)
    batches = tuple(map(str, arrays["source_batch"]))
    parts = _parts(arrays, performers, names, len(batches))
    _check(arrays, into, source, parts)
    plays = into.any(axis=0)
    players = np.unique(source[plays])
    ms = arrays["made_ms"].astype(np.int64)
    resting = [n for n in range(len(batches)) if (~plays & (source == n)).any()]
    shares = {n: _shares(parts, n, performers) for n in resting}
    part, low, high = (x[players] / BILLION for x in parts)
    through = Through(
        people=len(performers),
        batches=tuple(batches[n] for n in players),
        part=part,
        low=low,
        high=high,
        unasked=tuple(
            Unasked(batches[n], int(ms[~plays & (source == n)].sum()), shares[n]) for n in resting
        ),
        performed_ms=int(arrays["duration_ms"].sum()),
        played_ms=int(ms[plays].sum()),
    )
    return MadeTakes(
        takes=tuple(map(str, arrays["made_take"][plays])),
        owner=len(performers) + np.searchsorted(players, source[plays]),
        label=arrays["made_label"].astype(np.int64)[plays],
        into=into[:, plays],
        embedding=arrays["made_embedding"].astype(np.float64)[:, plays],
        through=through,
    )


def _parts(
    arrays: Mapping[str, NDArray[Any]],
    performers: Sequence[str],
    names: Mapping[str, str],
    sources: int,
) -> tuple[Ints, Ints, Ints]:
    """Return (sources, people) parts, lows and highs in parts per billion."""
    at = {who: n for n, who in enumerate(performers)}
    found = np.zeros((3, sources, len(performers)), dtype=np.int64)
    lines = zip(arrays["passed_from"], arrays["passed_to"], arrays["passed_ppb"], strict=True)
    for source, told, ppb in lines:
        who = names.get(str(told), str(told))
        if who not in at or not 0 <= int(source) < sources:
            raise BadInput("Synthetic takes of somebody whose takes are not here", where=str(told))
        found[:, int(source), at[who]] = ppb
    return found[0], found[1], found[2]


def _check(
    arrays: Mapping[str, NDArray[Any]],
    into: NDArray[np.bool_],
    source: Ints,
    parts: tuple[Ints, Ints, Ints],
) -> None:
    part, low, high = parts
    count, folds = len(arrays["made_take"]), len(arrays["embedding"])
    label, embedding = arrays["made_label"], arrays["made_embedding"]
    lengths = {len(label), len(source), len(arrays["made_ms"]), *embedding.shape[1:2]}
    rules = {
        "their arrays differ in length": lengths == {count} and into.shape == (folds, count),
        "a label is out of range": bool(((label >= 0) & (label < len(arrays["labels"]))).all()),
        "a source is out of range": bool(((source >= 0) & (source < len(part))).all()),
        "an embedding is not finite": bool(np.isfinite(embedding).all()),
        "what is passed on is not one whole": bool((part.sum(axis=1) == BILLION).all()),
        "a part lies outside its interval": bool(
            ((low <= part) & (part <= high) & (low >= 0) & (high <= BILLION)).all()
        ),
    }
    for fault, holds in rules.items():
        if not holds:
            raise BadInput(f"Synthetic takes that do not fit: {fault}", where="frozen.npz")


def _shares(
    parts: tuple[Ints, Ints, Ints], source: int, performers: Sequence[str]
) -> dict[str, tuple[int, int, int]]:
    part, low, high = (x[source].tolist() for x in parts)
    told = zip(performers, part, low, high, strict=True)
    return {who: (p, lo, hi) for who, p, lo, hi in told if hi}
