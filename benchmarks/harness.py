"""What a benchmark reports, and how a time is taken."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


class Unavailable(Exception):
    """What the benchmark needs is not on this machine; the message says what and how to get it."""


@dataclass(frozen=True)
class Result:
    """One measurement beside its peer's, taken in the same run.

    Attributes
    ----------
    name : the benchmark's name.
    what : in a sentence, what was measured.
    value, peer_value : the two figures, in ``unit``.
    peer : what it was compared with.
    higher_is_better : true for a rate, false for a time.
    peak_bytes : our own peak memory, where the benchmark took it before the peer ran
        (``peak_bytes()``); otherwise the whole process's is reported.
    """

    name: str
    what: str
    value: float
    unit: str
    peer: str
    peer_value: float
    higher_is_better: bool = False
    peak_bytes: int | None = None

    @property
    def ratio(self) -> float:
        """How many times better than the peer (above one is better)."""
        better, worse = self.value, self.peer_value
        return better / worse if self.higher_is_better else worse / better

    def line(self) -> str:
        """Return it in one line: ``gate 0.62 s | peer 583 s (cedarpy) | ratio 940``."""
        ours = f"{self.name} {figure(self.value)} {self.unit}"
        peer = f"peer {figure(self.peer_value)} {self.unit} ({self.peer})"
        return f"{ours} | {peer} | ratio {figure(self.ratio)}"


def figure(value: float) -> str:
    """Write a figure with three significant digits, and thousands apart."""
    if abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def seconds(work: Callable[[], object], repeat: int = 3) -> float:
    """Return the best wall time of a few runs (the least disturbed one)."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def least_cpu(works: Sequence[Callable[[], object]], turns: int) -> list[float]:
    """Return each work's least CPU time, in seconds, over turns in which each has its place."""
    best = [float("inf")] * len(works)
    for _ in range(turns):
        for i, work in enumerate(works):
            start = time.process_time()
            work()
            best[i] = min(best[i], time.process_time() - start)
    return best


def peak_bytes() -> int:
    """Return the most memory that this process, or one of its children, has held so far."""
    most = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return int(most) * 1024  # Linux counts in KiB (getrusage(2)).


def recordings(corpus: str) -> Path:
    """Return the folder of a corpus of real recordings.

    Raises
    ------
    Unavailable : it is not here.
    """
    home = Path(os.environ.get("YESAND_DATA", ROOT.parent / "shared" / "data"))
    if not (home / corpus).is_dir():
        raise Unavailable(f"no recordings of {corpus} at {home} (set YESAND_DATA)")
    return home / corpus
