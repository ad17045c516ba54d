"""How deep a simulation goes, and many histories at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from multiprocessing import get_context

from yesand.kernel.ids import digest_of
from yesand.kernel.progress import Progress, silent
from yesand.royalties.simulating.bench import Bench
from yesand.royalties.simulating.dealing import history
from yesand.royalties.simulating.running import Failure, Making, Ran, run, shrunk
from yesand.royalties.simulating.steps import History

#: How many histories a worker takes at a time.
_SHARE = 25


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

    level: Level
    first: int
    histories: int
    failures: list[Failure] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    digest: str = ""

    def lines(self) -> list[str]:
        """Return it in lines for people."""
        last = self.first + self.histories - 1
        told = [f"{self.histories:,} histories (seeds {self.first:,} to {last:,}), {self.level}:"]
        told += [f"  {name}: {self.counts[name]:,}" for name in sorted(self.counts)]
        told += [f"  digest: {self.digest[:16]}"]
        for failure in self.failures:
            told += failure.lines()
        told.append(f"{len(self.failures):,} failures")
        return told


def simulate(seed: int, level: Level = Level.CORE) -> Ran:
    """Run the history of a seed; what fails is made as small as it goes."""
    if level is Level.HOUSE:
        # By name: the services are Django's, and a core module imports none of them.
        housed = import_module("yesand.royalties.simulating.housed.services")
        ran: Ran = housed.simulate(seed)
        return ran
    return small(history(seed), lambda dealt: Bench(dealt.begins))


def small(dealt: History, make: Making) -> Ran:
    """Run a history; if it fails, find the least of it that does."""
    ran = run(dealt, make)
    if ran.failure is None:
        return ran
    return Ran(shrunk(ran.failure, dealt, make), ran.digest, ran.tally)


def simulate_many(
    first: int,
    histories: int,
    level: Level = Level.CORE,
    workers: int = 1,
    progress: Progress = silent,
) -> Tally:
    """Run the histories of so many seeds by a pool of processes."""
    tally, digests = Tally(level, first, histories), dict[int, str]()
    for seed, ran in _all(first, histories, level, workers):
        digests[seed] = ran.digest
        tally.counts.update(ran.tally)
        if ran.failure is not None:
            tally.failures.append(ran.failure)
        progress(len(digests), histories, f"{len(tally.failures)} failures")
    tally.failures.sort(key=lambda failure: failure.seed)
    tally.digest = digest_of([digests[seed] for seed in sorted(digests)])
    return tally


def _all(first: int, histories: int, level: Level, workers: int) -> Iterator[tuple[int, Ran]]:
    seeds = range(first, first + histories)
    if workers < 2:
        yield from ((seed, simulate(seed, level)) for seed in seeds)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        some = [seeds[at : at + _SHARE] for at in range(0, histories, _SHARE)]
        for done in as_completed([pool.submit(_some, each, level) for each in some]):
            yield from done.result()


def _some(seeds: range, level: Level) -> list[tuple[int, Ran]]:
    return [(seed, simulate(seed, level)) for seed in seeds]
