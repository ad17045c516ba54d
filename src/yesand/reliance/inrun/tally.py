"""Adding up what was read of single steps, in double precision.

Not all steps are measured. A take brings much the same each time, so what it brought in the steps
that were measured is scaled by how often it was trained on, take by take; takes never measured are
taken to bring what their performer's others do: the ratio estimator of survey sampling (Cochran
1977, ch. 6). Scaling all takes alike would leave in the luck of which take fell into a measured
step, which is larger than what performers differ by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from yesand.reliance.inputs import Floats, Ints
from yesand.reliance.inrun.owners import Owners

#: Below this part of what is added up, a sum is mostly rounding.
_ROUNDING = 1e-4


class Across(Protocol):
    """The processes of a data-parallel run."""

    def sum(self, values: Tensor) -> Tensor:
        """Return the sum over all processes, the same in each."""
        ...


class Alone:
    """A run of one process."""

    def sum(self, values: Tensor) -> Tensor:
        """Return the values themselves."""
        return values


@dataclass(frozen=True, eq=False)
class Reading:
    """One step's parts, by one way of reading.

    Attributes
    ----------
    row : of the queries that were asked.
    takes, parts : (takes,) numbers, and what was read of each.
    whole : what the parts of all processes must add up to, up to the loop's own scaling: mean or
        sum, clipped or not, scaled for half precision, averaged over processes.
    """

    way: str
    row: int
    takes: Ints
    parts: Tensor
    whole: Tensor


class Tally:
    """Sums by take, and by query and performer."""

    def __init__(self, queries: int, owners: Owners, across: Across) -> None:
        self._owners, self._across = owners, across
        takes = len(owners.of)
        self._seen, self._measured, self._brought = (np.zeros(takes) for _ in range(3))
        self._moved: Floats = np.zeros((queries, len(owners.performers)))
        self._waiting = list[Reading]()
        self._scale = dict[str, float]()

    def see(self, takes: Ints, *, measured: bool) -> None:
        """Note that takes were trained on."""
        np.add.at(self._seen, takes, 1.0)
        if measured:
            np.add.at(self._measured, takes, 1.0)

    def add(self, reading: Reading) -> None:
        """Take one reading; it is brought over from the device when ``settle`` is called."""
        self._waiting.append(reading)

    def settle(self) -> None:
        """Scale the readings to the gradients that were in fact applied, and add them up."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        parts = [r.parts.double().cpu().nan_to_num(0.0, 0.0, 0.0) for r in waiting]
        local = torch.stack([torch.stack([p.sum(), p.abs().sum()]) for p in parts])
        sums = self._across.sum(local).tolist()
        wholes = torch.stack([r.whole.double().cpu() for r in waiting]).tolist()
        for reading, part, (total, size), whole in zip(waiting, parts, sums, wholes, strict=True):
            if abs(total) > _ROUNDING * size:
                self._scale[reading.way] = whole / total
            self._enter(reading, part.numpy() * self._scale.get(reading.way, 1.0))

    def moved(self) -> Floats:
        """Return (queries, performers); what all queries together brought is the ratio estimate."""
        self.settle()
        seen, measured, brought, moved = (
            self._across.sum(torch.from_numpy(values)).numpy()
            for values in (self._seen, self._measured, self._brought, self._moved)
        )
        every = self._owners.summed(seen)
        known = self._owners.summed(np.where(measured > 0, seen, 0.0))
        found = self._owners.summed(brought * _ratio(seen, measured)) * _ratio(every, known)
        asked = np.abs(moved).sum(1, keepdims=True) > 0
        # Queries differ as they were measured; their sum is put right evenly.
        righted: Floats = moved + asked * (found - moved.sum(0)) / max(1, asked.sum())
        return righted

    def _enter(self, reading: Reading, brought: Floats) -> None:
        np.add.at(self._brought, reading.takes, brought)
        np.add.at(self._moved[reading.row], self._owners.of[reading.takes], brought)


def _ratio(whole: Floats, part: Floats) -> Floats:
    return np.divide(whole, part, out=np.zeros_like(whole), where=part > 0)
