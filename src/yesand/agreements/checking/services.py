"""Holding every signed record of this room against its signature and its entry in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import QuerySet

from yesand.agreements import services as agreements
from yesand.agreements.approving import services as approving
from yesand.agreements.collective import services as collective
from yesand.agreements.collective.membership import services as membership
from yesand.agreements.models import (
    Agreement,
    Approval,
    Collective,
    Membership,
    Step,
    Suspension,
    Withdrawal,
)
from yesand.agreements.negotiating.steps.services import check_step
from yesand.agreements.suspending import services as suspending
from yesand.kernel.errors import CheckFailed
from yesand.kernel.progress import Progress, silent

_CHUNK = 500


def check_all(progress: Progress = silent) -> int:
    """Check that all that was signed here stands as its parties signed it; return how much that is.

    What was erased with a person is left out: its signature went with it.

    Raises
    ------
    CheckFailed : a signature does not hold, a field is another, or the log names another record.
    """
    total, done = sum(rows.count() for rows, _ in _signed()), 0
    for rows, check in _signed():
        for row in rows.select_related("entry").iterator(_CHUNK):
            check(row)
            if row.entry.record not in {row.digest, ""}:  # blank: erased with the person
                raise CheckFailed("The log has another record at its entry", where=str(row))
            done += 1
            if done % _CHUNK == 0:
                progress(done, total, "signed records")
    return total


def _signed() -> Iterator[tuple[QuerySet[Any], Callable[[Any], object]]]:
    """Yield each kind of record, without what was erased, and what checks one."""
    yield Agreement.objects.select_related("performer", "producer"), agreements.check
    yield Withdrawal.objects.select_related("performer"), agreements.check_withdrawal
    yield Approval.objects.select_related("agreement__performer", "licensee"), approving.check
    yield Collective.objects.select_related("union", "producer"), collective.check
    yield Membership.objects.select_related("performer", "union"), membership.check
    yield Suspension.objects.select_related("by"), suspending.check
    yield Step.objects.exclude(envelope={}), check_step
