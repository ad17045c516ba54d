"""Which payout a movement is about; and what a person has to look at because it fits none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from yesand.kernel.money import Money
from yesand.royalties.paying.phases import Step
from yesand.royalties.paying.told import Told


class Problem(StrEnum):
    """Why a movement changes nothing until somebody has looked at it: a closed list."""

    UNKNOWN = "names no payout of ours"
    UNSENT = "names a payout that was never sent"
    CURRENCY = "another currency"
    AMOUNT = "another amount"
    INCOMING = "money came in, and no return is told"
    TWICE = "booked twice by the bank"
    VOID = "booked, though it was declared void"
    UNDONE = "the bank undoes a return"


@dataclass(frozen=True)
class Known:
    """A payout as a movement may be about it.

    Attributes
    ----------
    done : the steps that it has taken.
    told : what was told of each before: the kinds of message, and the bank's references in them.
    """

    money: Money
    done: frozenset[Step]
    told: frozenset[tuple[Step, str, str]] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """What a movement comes to: a step, the same step again, or a problem."""

    step: Step | None = None
    again: bool = False
    problem: Problem | None = None


def judged(told: Told, known: Known | None) -> Verdict:
    """Return what a movement does to the payout that it names; only what fits exactly counts."""
    problem = _problem(told, known)
    if problem is not None or known is None:
        return Verdict(problem=problem or Problem.UNKNOWN)
    step = Step.BOOKED if told.out else Step.RETURNED
    if step not in known.done:
        return Verdict(step)
    # A notification and a statement tell of the same booking, and may name it differently; one
    # kind of message that names it differently tells of two.
    before = {named for done, kind, named in known.told if (done, kind) == (step, told.source)}
    if before and told.reference not in before:
        return Verdict(problem=Problem.TWICE)
    return Verdict(step, again=True)


def _problem(told: Told, known: Known | None) -> Problem | None:
    if known is None:
        return Problem.UNKNOWN
    for so, problem in (
        (Step.PENDING not in known.done, Problem.UNSENT),
        (told.money.currency != known.money.currency, Problem.CURRENCY),
        (told.money != known.money, Problem.AMOUNT),
        (not told.out and not told.back, Problem.INCOMING),
        (told.out and told.back, Problem.UNDONE),
        (Step.VOID in known.done, Problem.VOID),
    ):
        if so:
            return problem
    return None
