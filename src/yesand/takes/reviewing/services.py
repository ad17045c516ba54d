"""Verdicts on takes: each a new entry in the log; the latest gives the take its state."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.models import User
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.takes.models import Review, Take


def review(place: Place, take: Take, by: User, verdict: str, reason: str) -> Review:
    """Give a verdict on a take. The gate obeys it from the very next manifest on.

    The same verdict for the same reason twice in a row is one verdict.

    Raises
    ------
    BadInput : no such verdict, or no reason. Refused : a disputed take whose rivals still stand.
    """
    reason = " ".join(reason.split())[:500]
    if verdict not in Review.Verdict.values:
        raise BadInput(f"No verdict called {verdict[:40]!r}", remedy="Accept it or reject it.")
    if not reason:
        raise BadInput("A verdict needs a reason", remedy="Say why, in words for the performer.")
    with transaction.atomic():
        # Whoever comes second waits here, and sees what the first decided.
        rivals = list(Take.objects.select_for_update().filter(sha256=take.sha256).order_by("pk"))
        last = Review.objects.filter(take=take).last()
        if last and (last.verdict, last.reason) == (verdict, reason):
            return last
        _check_rivals(take, rivals, verdict)
        payload = review_payload(take, by, verdict, reason, stamp(place.clock.now()), last)
        made = Review.objects.create(
            take=take,
            verdict=verdict,
            reason=reason,
            by=by,
            at=place.clock.now(),
            entry=log.record(place, Kind.TAKE_REVIEWED, digest_of(payload)),
        )
        Take.objects.filter(pk=take.pk).update(state=verdict)
    take.state = verdict
    return made


def review_payload(
    take: Take, by: User, verdict: str, reason: str, at: str, before: Review | None
) -> dict[str, Any]:
    """Return what a verdict's log entry commits to; naming the one before keeps two apart."""
    return {
        "at": at,
        "before": before.entry.record if before else None,
        "by": by.username,
        "reason": reason,
        "take": take.entry.record,
        "verdict": verdict,
    }


def queue() -> QuerySet[Take]:
    """Return the takes that wait for a verdict: rejected or disputed, or with a finding to hear."""
    reviewed = Review.objects.filter(take=OuterRef("pk"))
    unsettled = Q(state=Take.State.DISPUTED) | (~Q(findings=[]) & ~Exists(reviewed))
    return Take.objects.filter(unsettled).select_related("performer", "scene", "session")


def _check_rivals(take: Take, same: list[Take], verdict: str) -> None:
    standing = [t for t in same if t.pk != take.pk and t.state != Take.State.REJECTED]
    if verdict == Review.Verdict.ACCEPTED and standing:
        raise Refused(
            f"{standing[0].performer} gives the same recording",
            where=take.sha256[:12],
            remedy="Reject theirs first, if it is not theirs.",
        )
