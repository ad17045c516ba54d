"""Running a history beside the oracle, step by step; what fails is made small and told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from traceback import extract_tb
from typing import Protocol

from yesand.kernel.errors import YesAndError
from yesand.kernel.ids import digest_of
from yesand.royalties.simulating import steps
from yesand.royalties.simulating.audits import Audit
from yesand.royalties.simulating.moving import Bill, Sanction
from yesand.royalties.simulating.oracle import Oracle
from yesand.royalties.simulating.picture import Picture, books_of, differences
from yesand.royalties.simulating.steps import Act, History, Step

_TOLD = 12
#: Steps that may be done twice by anybody at any time.
REPLAYED = (
    steps.Agree, steps.Deliver, steps.Perform, steps.Retire, steps.Settle, steps.Tell,
    steps.Publish, steps.Tax, steps.Direct, steps.Remeasure, steps.Recount,
    steps.Dispute, steps.Answer, Audit, Sanction, Bill,
)  # fmt: skip


class Engine(Protocol):
    """A house under test."""

    def do(self, step: Step) -> str:
        """Do a step; return what it comes to."""

    def picture(self) -> Picture:
        """Return what can be seen now."""

    def check(self) -> None:
        """Check what must hold within, and raise CheckFailed if it does not."""

    def digest(self, name: str) -> str:
        """Return an agreement's digest by its name, or a model's."""


@dataclass(frozen=True)
class Failure:
    """Where a history went wrong, and how.

    Attributes
    ----------
    step : the number of the act, from one; ``trace`` are the acts that are needed for it.
    """

    seed: int
    step: int
    faults: tuple[str, ...]
    trace: tuple[Act, ...] = ()

    def lines(self) -> list[str]:
        """Say it in lines for people."""
        told = [f"seed {self.seed} fails at step {self.step}:"]
        told += [f"  {fault}" for fault in self.faults[:_TOLD]]
        if len(self.faults) > _TOLD:
            told.append(f"  and {len(self.faults) - _TOLD} more")
        told.append(f"what it takes ({len(self.trace)} steps):")
        return told + [f"  {n}. {act}" for n, act in enumerate(self.trace, 1)]


class Faulty(Exception):
    """An engine and the oracle part, or an invariant is broken."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


#: Does one act by an engine and compares; returns what it came to, or raises Faulty.
Doing = Callable[[Engine, Oracle, Act], str]
#: Makes an empty house for a history.
Making = Callable[[History], Engine]


def compare(engine: Engine, oracle: Oracle, *, within: bool = True, escrow: bool = True) -> None:
    """Compare all that can be seen with the oracle's, and check the invariants.

    Parameters
    ----------
    within : whether the engine's own checks are asked too, which take longer.
    escrow : whether what the engine shows of escrow is new enough to be compared.

    Raises
    ------
    Faulty : what differs, or does not hold.
    """
    due, seen = oracle.picture(), engine.picture()
    seen = seen if escrow else replace(seen, escrow=due.escrow)
    faults = list(islice(differences(due, seen, oracle.agreed), 100))
    faults += books_of(seen)
    try:
        if within:
            engine.check()
    except YesAndError as fault:
        faults.append(fault.sentence())
    if faults:
        raise Faulty(faults)


def once(engine: Engine, oracle: Oracle, act: Act) -> str:
    """Do an act by both and compare; then again, which must change nothing (invariant 8)."""
    due, came = oracle.do(act.step), engine.do(act.step)
    if due != came:
        raise Faulty([f"{due} is due, and it came to {came}"])
    compare(engine, oracle)
    if isinstance(act.step, REPLAYED):
        engine.do(act.step)
        compare(engine, oracle)
    return came


@dataclass(frozen=True)
class Ran:
    """One history that was run.

    Attributes
    ----------
    digest : SHA-256 of what came of each step and of all that could be seen at the end: equal
        whenever the seed is.
    tally : how many of what: steps by kind, statements, lines, payouts, attempts that were killed.
    """

    failure: Failure | None
    digest: str
    tally: Counter[str]


def run(history: History, make: Making, doing: Doing = once) -> Ran:
    """Run a history by an engine of its own, up to the first failure."""
    engine = make(history)
    oracle = Oracle(history.begins, engine.digest)
    tally, came = Counter[str](), list[str]()
    for number, act in enumerate(history.acts, 1):
        tally[type(act.step).__name__.lower()] += 1
        try:
            came.append(doing(engine, oracle, act))
        except Faulty as fault:
            faults = fault.faults
        except Exception as fault:  # whatever breaks is what this history has found
            last = extract_tb(fault.__traceback__)[-1]
            where = f"{last.name} in {Path(last.filename).name}:{last.lineno}"
            faults = (f"{type(fault).__name__}: {fault} ({where})",)
        else:
            continue
        failure = Failure(history.seed, number, faults, history.acts[:number])
        return Ran(failure, "", tally)
    seen = engine.picture()
    tally.update(counted(seen))
    return Ran(None, digest_of([came, seen.plain()]), tally)


def counted(seen: Picture) -> dict[str, int]:
    """Return how much a picture shows."""
    return {
        "statements": len(seen.statements),
        "lines": sum(len(each.lines) for each in seen.statements.values()),
        "corrected lines": sum(
            bool(line.corrects) for each in seen.statements.values() for line in each.lines
        ),
        "deductions": sum(len(each.taken) for each in seen.statements.values()),
        "held": sum(each.held_micro > 0 for each in seen.statements.values()),
        "payouts": len(seen.payouts),
        "invoices": len(seen.invoices),
        "events": seen.uses,
        "problems": sum(seen.problems.values()),
    }


def shrunk(
    failure: Failure, begins: History, make: Making, doing: Doing = once, most: int = 1_000
) -> Failure:
    """Return a failure with as few acts as removing some at a time leaves.

    Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE TSE 28(2),
    2002: halves first, then ever smaller parts, as long as what is left still fails.

    Parameters
    ----------
    most : how many runs it may take.
    """
    acts, found = list(failure.trace), failure
    size = max(1, len(acts) // 2)
    while size >= 1:
        at = 0
        while at < len(acts):
            less = [*acts[:at], *acts[at + size :]]
            most -= 1
            if most < 0:
                return replace(found, step=failure.step, seed=failure.seed)
            again = run(replace(begins, acts=tuple(less)), make, doing).failure if less else None
            if again is not None:
                acts, found = list(again.trace), again
            else:
                at += size
        size //= 2
    return replace(found, step=failure.step, seed=failure.seed)
