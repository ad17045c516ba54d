"""Whose take is whose."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from yesand.reliance.inputs import Floats, Ints
from yesand.reliance.inrun.errors import UnknownOwner


class Owners:
    """Performers by name, in order, and each take's among them.

    Parameters
    ----------
    owners : take → performer. A sequence (list, array, tensor) is indexed by the take's number; a
        mapping by whatever names takes in the loop.

    Attributes
    ----------
    performers : names, sorted. of : (takes,) each take's performer among them.
    """

    def __init__(self, owners: Mapping[Any, Any] | Sequence[Any]) -> None:
        named = owners if isinstance(owners, Mapping) else dict(enumerate(_plain(owners)))
        if not named:
            raise UnknownOwner("No take has an owner", where="owners", remedy="Name one a take.")
        self.performers = tuple(sorted({str(who) for who in named.values()}))
        place = {who: i for i, who in enumerate(self.performers)}
        self.of: Ints = np.array([place[str(who)] for who in named.values()], dtype=np.int64)
        self._number = {take: i for i, take in enumerate(named)}

    def numbers(self, takes: Iterable[Hashable]) -> Ints:
        """Return the takes' numbers.

        Raises
        ------
        UnknownOwner : a take that has none; it is named.
        """
        try:
            return np.array([self._number[take] for take in _plain(takes)], dtype=np.int64)
        except KeyError as fault:
            raise UnknownOwner(
                "A take whose performer is not known",
                where=f"take {fault.args[0]!r}",
                remedy="Name its performer in `owners`, or leave it out of the loop.",
            ) from fault

    def summed(self, values: Floats) -> Floats:
        """Return the sum of a figure (takes,) by performer, (performers,)."""
        summed: Floats = np.bincount(self.of, values, len(self.performers)).astype(np.float64)
        return summed

    def counts(self) -> tuple[int, ...]:
        """Return how many takes each performer has."""
        return tuple(np.bincount(self.of, minlength=len(self.performers)).tolist())

    def alone(self) -> tuple[str, ...]:
        """Return the performers with a single take."""
        return tuple(who for who, n in zip(self.performers, self.counts(), strict=True) if n == 1)


def _plain(values: Any) -> Any:
    # Tensors and arrays give their numbers; a tensor's own elements hash by identity.
    return values.tolist() if hasattr(values, "tolist") else values
