"""What a report will cost in time and memory, said before it is made, from a part of the real work.

The estimator itself is started on the real inputs and stopped after a fifth of its work, so that
nothing about it, nor about the machine, has to be assumed; that part is the price of the plan.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from yesand.kernel.errors import BadInput
from yesand.kernel.progress import Progress, silent
from yesand.reliance.estimators import Estimator
from yesand.reliance.inputs import Inputs

#: A plan is made of so much of the work …
PART = 5
#: … of which the beginning, when things are set up and choices are tried, is not extrapolated.
_SETTING_UP = 40


@dataclass(frozen=True)
class Tick:
    """So much was done after so many seconds."""

    seconds: float
    done: int


@dataclass(frozen=True)
class Plan:
    """What a report costs.

    Attributes
    ----------
    seconds : of wall time on this machine as it was while planning; at most, where an estimator
        trains seeds until they agree.
    least : seconds where the first round of seeds agrees already; else the same.
    bytes : of memory, the most that the process held.
    spent : seconds that planning took.
    units, unit : the work, as the estimator counts it.
    """

    seconds: float
    least: float
    bytes: int
    spent: float
    units: int
    unit: str


class _Enough(Exception):
    """Enough is known."""


class Probe:
    """Listens to an estimator's progress, and stops it when enough is known."""

    def __init__(self, progress: Progress, clock: Callable[[], float] = time.perf_counter) -> None:
        self._progress, self._clock, self._began = progress, clock, clock()
        self.ticks, self.total, self.unit = [Tick(0.0, 0)], 0, ""

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Take the news.

        Raises
        ------
        _Enough : a fifth of the work is done.
        """
        if total < self.total:  # what settles early ends by a count of its own
            return
        self.ticks.append(Tick(self._clock() - self._began, done))
        self.total, self.unit = total, note or self.unit
        self._progress(min(done * PART, total), total, "planning")
        if done * PART >= total and len(self.ticks) > 2:
            raise _Enough


def foreseen(ticks: Sequence[Tick], total: int) -> float:
    """Return the seconds that the whole will take, given how the first part of it went.

    What was done took what it took; the rest goes on as after the beginning.
    """
    last = ticks[-1]
    after = [t for t in ticks if t.done * _SETTING_UP >= total and t.done < last.done]
    first = after[0] if after else ticks[0]
    if last.done <= first.done:
        return last.seconds
    rate = (last.seconds - first.seconds) / (last.done - first.done)
    return last.seconds + max(0, total - last.done) * rate


def plan(estimator: Estimator, inputs: Inputs, progress: Progress = silent) -> Plan:
    """Return what an estimator's report on these inputs will cost.

    Raises
    ------
    BadInput : the estimator says nothing of its work; and whatever the estimator raises.
    """
    probe = Probe(progress)
    began = time.perf_counter()
    _forget_the_peak()
    with suppress(_Enough):
        estimator.estimate(inputs.model, inputs.corpus, inputs.queries, probe)
    spent = time.perf_counter() - began
    if not probe.total:
        raise BadInput("The estimator does not say how far it is", where=estimator.name)
    finished = probe.ticks[-1].done >= probe.total
    seconds = spent if finished else foreseen(probe.ticks, probe.total)
    return Plan(
        seconds=seconds,
        least=seconds if finished else seconds * _first_round(estimator),
        bytes=peak(),
        spent=spent,
        units=probe.total,
        unit=probe.unit,
    )


def _first_round(estimator: Estimator) -> float:
    """Return which part of its most an estimator does that may settle after a round of seeds."""
    told = estimator.settings()
    seeds, most = told.get("seeds"), told.get("max_seeds")
    return min(1.0, seeds / most) if seeds and most else 1.0


def peak() -> int:
    """Return the most bytes that this process has held (since the peak was last forgotten)."""
    with suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/self/status").read_text().splitlines()
        line = next(line for line in lines if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024


def _forget_the_peak() -> None:
    # Linux: 5 resets the peak of resident memory (proc(5)); elsewhere the peak so far counts.
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
