"""Synthetic takes beside those that a model is taught: whom each came from, and when it is heard.

Nobody is asked about what nobody performed: a synthetic take is on the training side alone, and
there only where nobody whom it descends from is held out. So a generator that heard everybody
teaches no fold, and the final model alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import numpy as np
from numpy.typing import NDArray

from yesand.kernel.errors import Refused
from yesand.kernel.ids import digest_of

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
BILLION = 1_000_000_000
MILLION = 1_000_000
OF_COPIES = "it comes from copies of other takes"
#: The fold of what is never asked about.
NEVER = -1


@dataclass(frozen=True, order=True)
class Passed:
    """To whom what a take adds is passed on: in parts per billion, with what bounds them."""

    performer: str
    ppb: int
    low: int
    high: int


@dataclass(frozen=True)
class MadeTake:
    """A synthetic take among what is taught.

    Attributes
    ----------
    batch : digest of the batch that it is of.
    parents : SHA-256 of the takes that it came from; none: its generator learnt from all.
    passed : to the humans whom it descends from; the parts add up to 10⁹.
    heard : whom its generator learnt from, where that is more than whom it is passed on to.
    """

    path: Path
    sha256: str
    emotion: str
    duration_ms: int
    batch: str
    parents: tuple[str, ...]
    passed: tuple[Passed, ...]
    heard: frozenset[str] = frozenset()

    @property
    def paid(self) -> frozenset[str]:
        """Whom it is passed on to."""
        return frozenset(one.performer for one in self.passed)

    @property
    def people(self) -> frozenset[str]:
        """Whom it descends from, whatever emotion they performed."""
        return self.paid | self.heard


@dataclass(frozen=True, eq=False)
class Added:
    """What batches add to a training.

    Attributes
    ----------
    takes : in a fixed order. batches : what is recorded of each batch, by its digest.
    still_holds : raises ``Overtaken`` once one of the takes may no longer be used.
    asked : names what was asked for: batches, takes, and whom they stand for.
    """

    takes: tuple[MadeTake, ...] = ()
    batches: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    still_holds: Callable[[], None] = lambda: None
    asked: str | None = None

    @classmethod
    def of(
        cls,
        takes: Sequence[MadeTake],
        batches: Mapping[str, Mapping[str, Any]],
        still_holds: Callable[[], None],
    ) -> Added:
        """Return takes as what was asked for."""
        told = [[t.batch, t.sha256, *([*vars(p).values()] for p in t.passed)] for t in takes]
        return cls(tuple(takes), batches, still_holds, digest_of(told))

    def without(self, copies: Iterable[str], there: Collection[str]) -> Added:
        """Return it without what came from recordings that are left out as copies of others.

        Parameters
        ----------
        there : performers who have takes left: who has none is in no corpus that could be paid.

        Raises
        ------
        Refused : nothing is left of it.
        """
        gone = frozenset(copies)
        left = [t for t in self.takes if not gone & {*t.parents} and t.paid.issubset(there)]
        if self.takes and not left:
            raise Refused(
                "No synthetic take is left to teach: all come from copies of other takes",
                where="--synthetic",
                remedy="Leave the batches out, or make takes from a manifest without copies.",
            )
        return replace(self, takes=tuple(left))


NOTHING = Added()


def into(takes: Sequence[MadeTake], held_out: Mapping[str, int], folds: int) -> Bools:
    """Return in which folds each synthetic take may teach, (folds, takes).

    Parameters
    ----------
    held_out : performer → the fold that holds them out.
    """
    teaches = np.ones((folds, len(takes)), dtype=bool)
    for n, take in enumerate(takes):
        teaches[[held_out[who] for who in take.people if who in held_out], n] = False
    return teaches


def told(added: Added, teaches: Bools, duration_ms: int) -> dict[str, Any]:
    """Return what is recorded of the synthetic part of a training.

    Parameters
    ----------
    teaches : as by ``into``. duration_ms : of the takes that people performed.
    """
    made = sum(t.duration_ms for t in added.takes)
    whole = made + duration_ms
    batches = []
    for name, about in sorted(added.batches.items()):
        mine = np.array([t.batch == name for t in added.takes], dtype=bool)
        people = {who for t in added.takes if t.batch == name for who in t.people}
        left = dict(about["left_out"])
        if copies := about["chosen"] - int(mine.sum()):
            left[OF_COPIES] = copies
        batches.append(
            {
                **{key: value for key, value in about.items() if key != "chosen"},
                "batch": name,
                "left_out": left,
                "takes": int(mine.sum()),
                "duration_ms": sum(t.duration_ms for t in added.takes if t.batch == name),
                "performers": len(people),
                "in_folds": int(teaches[:, mine].any(axis=0).sum()),
            }
        )
    return {
        "takes": len(added.takes),
        "duration_ms": made,
        "share_ppm": made * MILLION // whole if whole else 0,
        "emotions": dict(sorted(Counter(t.emotion for t in added.takes).items())),
        "asked": added.asked,
        "batches": batches,
    }


def says_synthetic(where: Path, card: Mapping[str, Any]) -> bool:
    """Tell whether a model's folder, by its card or its frozen features, names synthetic takes."""
    data, frozen = card.get("data"), where / "frozen.npz"
    if isinstance(data, dict) and data.get("synthetic"):
        return True
    if not is_zipfile(frozen):
        return False
    with ZipFile(frozen) as arrays:
        return "made_take.npy" in arrays.namelist()


def arrays(
    takes: Sequence[MadeTake],
    labels: Sequence[str],
    teaches: Bools,
    masks: Mapping[str, str],
    seen: tuple[NDArray[Any], NDArray[Any]],
) -> dict[str, NDArray[Any]]:
    """Return what ``frozen.npz`` keeps of synthetic takes; nothing where there are none.

    Parameters
    ----------
    masks : performer → pseudonym. seen : embedding (folds, takes, d) and the final one (takes, d).
    """
    if not takes:
        return {}
    sources = sorted({(t.batch, t.passed) for t in takes})
    lines = [(n, one) for n, (_, passed) in enumerate(sources) for one in passed]
    return {
        "made_take": np.array([t.sha256 for t in takes], dtype="U64"),
        "made_label": np.array([labels.index(t.emotion) for t in takes], dtype=np.int64),
        "made_ms": np.array([t.duration_ms for t in takes], dtype=np.int64),
        "made_into": teaches,
        "made_source": np.array([sources.index((t.batch, t.passed)) for t in takes], np.int64),
        "made_embedding": seen[0],
        "made_final_embedding": seen[1],
        # Takes of one source stand for the same people in the same parts.
        "source_batch": np.array([batch for batch, _ in sources], dtype="U64"),
        "passed_from": np.array([n for n, _ in lines], dtype=np.int64),
        "passed_to": np.array([masks.get(p.performer, p.performer) for _, p in lines], dtype=str),
        "passed_ppb": np.array([(p.ppb, p.low, p.high) for _, p in lines], dtype=np.int64),
    }
