"""What a watched run has found, and the shares that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from yesand.kernel import durable
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.errors import BadInput
from yesand.reliance.agreement import rank_agreement
from yesand.reliance.inputs import Floats
from yesand.reliance.inrun.errors import NothingRecorded
from yesand.reliance.panel import interval
from yesand.reliance.shares import BILLION, apportion, fractions

FORMAT = "yes-and in-run record 1"
Shares = dict[str, dict[str, int]]


@dataclass(frozen=True, eq=False)
class Record:
    """How far each performer's takes moved the utility while the model was trained.

    Attributes
    ----------
    performers : names, sorted.
    moved : (queries, performers); the sum over queries is each performer's effect on the mean
        utility, in its unit (nats), to first or second order. Effects add up to the predicted gain,
        not exactly to the gain.
    takes : (performers,) how many takes each has.
    steps, measured, asked : of the optimiser; of these measured; gradients of the utility taken.
    settings : everything that decides the outcome besides the training itself.
    notes : what a reader must know, in plain words.
    """

    performers: tuple[str, ...]
    moved: Floats
    takes: tuple[int, ...]
    steps: int
    measured: int
    asked: int
    settings: dict[str, Any]
    notes: tuple[str, ...] = ()

    def effects(self) -> Floats:
        """Return each performer's effect, (performers,)."""
        summed: Floats = self.moved.sum(0)
        return summed

    def shares(self, resamples: int = 200, seed: int = 0) -> Shares:
        """Return performer → ``share_ppb``, ``low_ppb``, ``high_ppb``; shares add up to 10⁹.

        The interval (95 %) is over which queries were asked, and over seeds where records were put
        ``together``; of a single run it holds no luck of the seed.
        """
        asked = self.moved[np.abs(self.moved).sum(1) > 0]
        draws = np.random.default_rng(seed).integers(len(asked), size=(resamples, len(asked)))
        low, high = interval(fractions(asked[draws].sum(1))) * BILLION
        return {
            who: {
                "share_ppb": part,
                "low_ppb": min(part, round(a)),
                "high_ppb": max(part, round(b)),
            }
            for who, part, a, b in zip(
                self.performers, apportion(self.effects().tolist()), low, high, strict=True
            )
        }

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON; equal runs give equal records."""
        return {"format": FORMAT, **asdict(self), "moved": self.moved.tolist()}

    def save(self, path: Path) -> None:
        """Write it down; ``load`` reads it back."""
        durable.write(Path(path), canonical(self.as_json()) + b"\n")

    @classmethod
    def load(cls, path: Path) -> Record:
        """Read a record.

        Raises
        ------
        NothingRecorded : no such file. BadInput : it is something else.
        """
        try:
            told = parse(Path(path).read_bytes(), where=str(path))
            if told.pop("format") != FORMAT:
                raise BadInput("A record of another format", where=str(path))
            named: dict[str, Any] = {n: _kept(v) for n, v in told.items()}
            made = cls(**named)
        except FileNotFoundError as fault:
            raise NothingRecorded("No record here", where=str(path)) from fault
        except (OSError, AttributeError, KeyError, TypeError, ValueError) as fault:
            raise BadInput("Not an in-run record", where=str(path)) from fault
        if np.shape(made.moved)[1:] != (len(made.performers),):
            raise BadInput("An in-run record that does not fit together", where=str(path))
        return made


def _kept(value: Any) -> Any:
    """Return what a record holds for a value of its JSON: numbers as an array, lists as tuples."""
    if isinstance(value, list) and value and isinstance(value[0], list):
        return np.array(value, dtype=np.float64)
    return tuple(value) if isinstance(value, list) else value


def together(records: Sequence[Record]) -> Record:
    """Average the records of several seeds: one seed's order is mostly luck.

    Raises
    ------
    NothingRecorded : none are given. BadInput : they are of different performers.
    """
    if not records:
        raise NothingRecorded("No record to average", remedy="Train with at least one seed.")
    if len({one.performers for one in records}) > 1:
        raise BadInput("The records are of different performers", remedy="Average equal corpora.")
    agree = halves(records)
    note = f"Average of {len(records)} runs; halves of them agree {agree} (Spearman)."
    return replace(
        records[0],
        moved=np.concatenate([one.moved for one in records]) / len(records),
        steps=sum(one.steps for one in records),
        measured=sum(one.measured for one in records),
        asked=sum(one.asked for one in records),
        notes=(*dict.fromkeys(n for one in records for n in one.notes), note),
    )


def halves(records: Sequence[Record]) -> float | None:
    """Return Spearman's correlation between the effects of every other run and of the rest."""
    if len(records) < 2:
        return None
    one, other = (sum(r.effects() for r in records[k::2]) for k in (0, 1))
    return rank_agreement(np.asarray(one), np.asarray(other))
