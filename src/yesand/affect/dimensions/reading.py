"""What read-outs say of takes that a model hears: a value each, and how it moves over its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
import torch
from torch import Tensor

from yesand.affect.dimensions.moments import Moments, seen
from yesand.affect.dimensions.readouts import ReadOut, ReadOuts
from yesand.affect.evaluating.recall import Floats
from yesand.affect.features import Features
from yesand.affect.frames import Pack
from yesand.affect.voice_model import VoiceModel


@dataclass(frozen=True)
class Value:
    """A value from −1 to 1; nine of ten of unmet performers lie from ``low`` to ``high``."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """A value over a take's time: at so many ms from its start, from −1 to 1.

    Attributes
    ----------
    within : nine of ten moments of unmet performers lie no further from it.
    """

    points: tuple[tuple[float, float], ...]
    within: float

    def later(self, ms: float) -> Curve:
        """Return the same of a take that begins so much later."""
        return Curve(tuple((at + ms, value) for at, value in self.points), self.within)


def values(read: ReadOut, embedding: Tensor, width: int) -> list[dict[str, Value]]:
    """Return each take's values by axis.

    Parameters
    ----------
    embedding : (takes, d) or wider: what enrolment adds is not read.
    """
    found = read(embedding[:, :width].double().numpy())
    return [
        {
            axis: Value(float(v), max(-1.0, float(v - w)), min(1.0, float(v + w)))
            for axis, v, w in zip(read.axes, row, read.within, strict=True)
        }
        for row in found
    ]


def curves(
    read: ReadOut,
    model: VoiceModel,
    pack: Pack,
    mels: Sequence[Features],
    embedding: Tensor,
    heard: tuple[Tensor, Tensor, Tensor],
) -> list[dict[str, Curve]]:
    """Return each take's curves by axis.

    Parameters
    ----------
    heard : as ``VoiceModel.windows`` returns it.
    """
    owner, begin, windows = heard
    when = Moments.of(pack, mels, owner, begin)
    found = read(seen(model, embedding, owner, windows))
    return [_curves(read, when.at[here], found[here]) for here in _each(owner, len(pack))]


def _each(owner: Tensor, takes: int) -> list[slice]:
    ends = np.searchsorted(owner.numpy(), np.arange(takes + 1)).tolist()
    return [slice(a, b) for a, b in pairwise(ends)]


def _curves(read: ReadOut, at: Floats, found: Floats) -> dict[str, Curve]:
    return {
        axis: Curve(tuple(zip(at.tolist(), found[:, n].tolist(), strict=True)), float(within))
        for n, (axis, within) in enumerate(zip(read.axes, read.within, strict=True))
    }


@dataclass(frozen=True, eq=False)
class Read:
    """What a model says of takes.

    Attributes
    ----------
    probability : (takes, labels). values, curves : of each take; none where it has no such
        read-out, or was not asked.
    """

    probability: Floats
    values: list[dict[str, Value]] | None = None
    curves: list[dict[str, Curve]] | None = None

    @classmethod
    def joined(cls, parts: Sequence[Read]) -> Read:
        """Return what one model says of some takes after others."""
        return cls(
            np.concatenate([one.probability for one in parts]),
            _joined([one.values for one in parts]),
            _joined([one.curves for one in parts]),
        )


def _joined(parts: Sequence[list[Any] | None]) -> list[Any] | None:
    """Return rows one after another; none, where there are none."""
    there = [part for part in parts if part is not None]
    return list(chain.from_iterable(there)) if there else None


def read(
    model: VoiceModel,
    outs: ReadOuts,
    pack: Pack,
    mels: Sequence[Features],
    *,
    enrolled: bool = False,
    trace: bool = False,
) -> Read:
    """Return what a model says of takes, each heard once."""
    takes = torch.arange(len(pack))
    heard = model.windows(pack, takes)
    embedding = model.gathered(pack, takes, heard[0], heard[2], enrolled)
    shares = model.probability(embedding).numpy().astype(np.float64)
    return Read(
        shares,
        values(outs.take, embedding, model.width) if outs.take else None,
        curves(outs.moment, model, pack, mels, embedding, heard) if outs.moment and trace else None,
    )
