"""Which duties a withdrawal raises, for whom and by when: read from the agreement's own terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from yesand.agreements.terms import Withdrawing


class Duty(StrEnum):
    """What must be done."""

    STOP = "stop training"
    NOTIFY = "notify"
    RETRAIN = "retrain or retire"
    DELETE = "delete recordings"
    PAY = "go on paying"


@dataclass(frozen=True)
class Due:
    """One duty, before it is kept: bearers by slug, no date for what lasts as long as a cause."""

    duty: Duty
    bearer: str
    subject: str
    due: datetime | None
    clause: str


@dataclass(frozen=True)
class Holding:
    """Where a performer's takes went by one manifest.

    ``models`` are names; ``deployments`` map a running deployment's name to its licensee's slug.
    ``batches`` are those of synthetic takes that descend from the performer's and may hold a voice,
    by digest; ``handed_out`` are those that left the house.
    """

    manifest: str
    licensee: str
    withdrawing: Withdrawing
    models: tuple[str, ...] = ()
    deployments: tuple[tuple[str, str], ...] = ()
    batches: tuple[str, ...] = ()
    handed_out: frozenset[str] = frozenset()


def arising(at: datetime, producer: str, holdings: Iterable[Holding]) -> Iterator[Due]:
    """Yield the duties of a withdrawal made at that moment, for each corpus that it reaches.

    A corpus is held for what was asked of the gate alone: once that is taken back, by itself or
    with everything, the recordings in it must go (GDPR Art. 5(1)(b) and 17(1)(b)). So must what was
    made of them by code, here and wherever it was handed to.
    """
    for holding in holdings:
        yield from _of_manifest(at, producer, holding)
        for batch in holding.batches:
            yield _by(Duty.DELETE, at, holding, producer, f"batch:{batch}")
            if batch in holding.handed_out:
                yield _by(Duty.DELETE, at, holding, holding.licensee, f"batch:{batch}")
        for model in holding.models:
            yield _by(Duty.RETRAIN, at, holding, holding.licensee, f"model:{model}")
        for deployment, licensee in holding.deployments:
            subject = f"deployment:{deployment}"
            yield _by(Duty.NOTIFY, at, holding, producer, subject)
            yield Due(Duty.PAY, licensee, subject, None, "pay: until a signed decommission")


def deletion(
    at: datetime, producer: str, handle: str, withdrawing: Withdrawing, takes: int = 0
) -> Due:
    """Return the producer's own duty to delete what was recorded: all of it, or so many takes."""
    days = withdrawing.delete_recordings_days
    subject = f"takes:{takes} of {handle}" if takes else f"performer:{handle}"
    due = at + timedelta(days=days)
    return Due(Duty.DELETE, producer, subject, due, _clause(Duty.DELETE, days))


def strictest(found: Iterable[Withdrawing]) -> Withdrawing:
    """Return the shortest time for each duty among several agreements."""
    all_of_them = list(found)
    shortest = {
        name: min(getattr(each, name) for each in all_of_them) for name in set(_DAYS.values())
    }
    return Withdrawing(**shortest, delete_replica=any(w.delete_replica for w in all_of_them))


_DAYS = {
    Duty.STOP: "stop_training_days",
    Duty.NOTIFY: "notify_days",
    Duty.RETRAIN: "retrain_or_retire_days",
    Duty.DELETE: "delete_recordings_days",
}


def _of_manifest(at: datetime, producer: str, holding: Holding) -> Iterator[Due]:
    subject = f"manifest:{holding.manifest}"
    yield _by(Duty.STOP, at, holding, holding.licensee, subject)
    yield _by(Duty.NOTIFY, at, holding, producer, subject)
    yield _by(Duty.DELETE, at, holding, holding.licensee, subject)


def _by(duty: Duty, at: datetime, holding: Holding, bearer: str, subject: str) -> Due:
    days = int(getattr(holding.withdrawing, _DAYS[duty]))
    return Due(duty, bearer, subject, at + timedelta(days=days), _clause(duty, days))


def _clause(duty: Duty, days: int) -> str:
    return f"withdrawing.{_DAYS[duty]} = {days}"
