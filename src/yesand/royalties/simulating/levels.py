"""How deep a simulation goes, and many histories at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import as_completed
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from yesand.kernel.ids import digest_of
from yesand.kernel.pool import pool
from yesand.kernel.progress import Progress, silent
from yesand.royalties.simulating.bench import Bench
from yesand.royalties.simulating.dealing import history
from yesand.royalties.simulating.running import Failure, Ran, run, shrunk
from yesand.royalties.simulating.steps import History

#: How many histories a worker takes at a time.
_SHARE = 25
#: Runs the history of a seed; at the top of a module, so that other processes find it.
Simulating = Callable[[int], Ran]


class Level(StrEnum):
    """What is under test."""

    CORE = "core"  # the pure modules: lines, statements, ledger, plans and phases of payouts
    HOUSE = "house"  # the services on a real database and real files, killed on the way


@dataclass
class Tally:
    """What came of many histories.

    Attributes
    ----------
    digest : of all histories' digests in the order of their seeds.
    """

    first: int
    histories: int
    failures: list[Failure] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    digest: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it for ``--json``."""
        return {
            "first": self.first,
            "histories": self.histories,
            "counts": dict(sorted(self.counts.items())),
            "digest": self.digest,
            "failures": [failure.lines() for failure in self.failures],
        }

    def lines(self) -> list[str]:
        """Return it in lines for people."""
        last = self.first + self.histories - 1
        told = [f"{self.histories:,} histories (seeds {self.first:,} to {last:,}):"]
        told += [f"  {name}: {self.counts[name]:,}" for name in sorted(self.counts)]
        told += [f"  digest: {self.digest[:16]}"]
        for failure in self.failures:
            told += failure.lines()
        told.append(f"{len(self.failures):,} failures")
        return told


def simulate(seed: int) -> Ran:
    """Run the history of a seed by the pure core; what fails is made as small as it goes."""
    dealt = history(seed)
    ran = run(dealt, _bench)
    if ran.failure is None:
        return ran
    return Ran(shrunk(ran.failure, dealt, _bench), ran.digest, ran.tally)


def _bench(dealt: History) -> Bench:
    return Bench(dealt.begins)


def simulate_many(
    first: int,
    histories: int,
    one: Simulating = simulate,
    workers: int = 1,
    progress: Progress = silent,
) -> Tally:
    """Run the histories of so many seeds, by a pool of processes if several workers are asked."""
    tally, digests = Tally(first, histories), dict[int, str]()
    for seed, ran in _all(range(first, first + histories), one, workers):
        digests[seed] = ran.digest
        tally.counts.update(ran.tally)
        if ran.failure is not None:
            tally.failures.append(ran.failure)
        progress(len(digests), histories, f"{len(tally.failures)} failures")
    tally.failures.sort(key=lambda failure: failure.seed)
    tally.digest = digest_of([digests[seed] for seed in sorted(digests)])
    return tally


def _all(seeds: range, one: Simulating, workers: int) -> Iterator[tuple[int, Ran]]:
    if workers < 2:
        yield from ((seed, one(seed)) for seed in seeds)
        return
    share = max(1, min(_SHARE, len(seeds) // workers))
    with pool(workers) as beside:
        parts = [seeds[at : at + share] for at in range(0, len(seeds), share)]
        for done in as_completed([beside.submit(_part, each, one) for each in parts]):
            yield from done.result()


def _part(seeds: range, one: Simulating) -> list[tuple[int, Ran]]:
    return [(seed, one(seed)) for seed in seeds]
