"""From one space into another, and what is lost on the way: computed from the mapping itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from yesand.affect.spaces.space import Categories, Dimensions
from yesand.kernel.errors import BadInput


@dataclass(frozen=True)
class Loss:
    """What cannot be told any more once labels are carried over.

    Attributes
    ----------
    bits : H(S | T), what the target leaves open about the source (Shannon 1948); labels without a
        counterpart count as one.
    of_bits : H(S), what there was to tell.
    outside : share of what is labelled that has no counterpart, 0 … 1.
    collapsed : target label → the source labels, two or more, that become it.
    unreached : labels of the target that nothing becomes: their absence says nothing.
    """

    bits: float
    of_bits: float
    outside: float
    collapsed: dict[str, tuple[str, ...]]
    unreached: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, figures to four decimals."""
        return {
            "bits": round(self.bits, 4),
            "of_bits": round(self.of_bits, 4),
            "outside": round(self.outside, 4),
            "collapsed": {target: list(given) for target, given in self.collapsed.items()},
            "unreached": list(self.unreached),
        }


@dataclass(frozen=True)
class Relabelling:
    """Labels of one space as labels of another.

    Attributes
    ----------
    basis : who says so.
    to : every label of the source → its counterpart, or none.
    """

    source: Categories
    target: Categories
    basis: str
    to: Mapping[str, str | None]

    def __post_init__(self) -> None:
        """Refuse a mapping that leaves a label out, or names one that is in neither space.

        Raises
        ------
        BadInput : so.
        """
        where = f"{self.source.id} to {self.target.id}"
        for label in self.source.labels:
            if label not in self.to:
                raise BadInput(f"The mapping does not say what becomes of {label}", where=where)
        for label, becomes in self.to.items():
            self.source.checked(label, where=where)
            if becomes is not None:
                self.target.checked(becomes, where=where)

    def loss(self, weights: Mapping[str, float] | None = None) -> Loss:
        """Return what is lost.

        Parameters
        ----------
        weights : how often each source label occurs; none: all equally often.
        """
        share = self._shares(weights)
        becomes: dict[str | None, float] = {}
        groups: dict[str, list[str]] = {}
        for label, part in share.items():
            target = self.to[label]
            becomes[target] = becomes.get(target, 0.0) + part
            if target is not None:
                groups.setdefault(target, []).append(label)
        told = _entropy(share.values())
        return Loss(
            bits=max(told - _entropy(becomes.values()), 0.0),
            of_bits=told,
            outside=becomes.get(None, 0.0),
            collapsed={t: tuple(labels) for t, labels in groups.items() if len(labels) > 1},
            unreached=tuple(t for t in self.target.labels if t not in groups),
        )

    def carry(self, distribution: Mapping[str, float]) -> tuple[dict[str, float], float]:
        """Return a distribution over the target's labels, and the share that has no place there.

        The distribution adds up to one, or is empty where nothing has a place.
        """
        found: dict[str, float] = {}
        outside = 0.0
        for label, part in distribution.items():
            target = self.to[self.source.checked(label)]
            if target is None:
                outside += part
            else:
                found[target] = found.get(target, 0.0) + part
        inside = sum(found.values())
        whole = inside + outside
        if not inside:
            return {}, 1.0 if whole else 0.0
        return {label: part / inside for label, part in found.items()}, outside / whole

    def _shares(self, weights: Mapping[str, float] | None) -> dict[str, float]:
        given = weights or dict.fromkeys(self.source.labels, 1.0)
        whole = sum(given.values())
        return {self.source.checked(label): part / whole for label, part in given.items()}


@dataclass(frozen=True)
class Rescaling:
    """Values on the same axes in another range: linear, and rounded to the target's steps."""

    source: Dimensions
    target: Dimensions

    @property
    def largest_error(self) -> float:
        """The largest rounding error, as a share of the range (half a step)."""
        return 0.0 if self._exact else self.target.step / (self.target.high - self.target.low) / 2

    @property
    def typical_error(self) -> float:
        """The root mean square of the rounding error as a share of the range: a step by √12."""
        return 2 * self.largest_error / math.sqrt(12)

    def carry(self, value: float) -> float:
        """Return a value in the target's range."""
        return self.target.from_unit(self.source.to_unit(value))

    @property
    def _exact(self) -> bool:
        if not self.target.step:
            return True
        if not self.source.step:
            return False
        values = round((self.source.high - self.source.low) / self.source.step) + 1
        given = (self.source.low + k * self.source.step for k in range(values))
        return all(
            math.isclose(self.target.to_unit(self.carry(v)), self.source.to_unit(v), abs_tol=1e-9)
            for v in given
        )


def _entropy(shares: Iterable[float]) -> float:
    return -math.fsum(p * math.log2(p) for p in shares if p > 0)
