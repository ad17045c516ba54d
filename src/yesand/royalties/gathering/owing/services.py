"""Advances that are open or promised, and lines in dispute."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from yesand.agreements.models import Agreement
from yesand.kernel.clock import Period
from yesand.people.models import Performer
from yesand.royalties.facts import Advance, Hold
from yesand.royalties.models import AdvanceBalance, Dispute, Statement


def open_advances() -> dict[str, tuple[Advance, ...]]:
    """Return the advances as each statement that has some leaves them, by its digest."""
    found: dict[str, list[Advance]] = defaultdict(list)
    for row in AdvanceBalance.objects.order_by("pk"):
        found[row.statement_id].append(
            Advance(
                payer=row.payer,
                name=row.name,
                granted_micro=row.granted_micro,
                open_micro=row.open_micro,
                over_micro=row.over_micro or 0,
                granted_in=row.granted_in,
            )
        )
    return {digest: tuple(advances) for digest, advances in found.items()}


def promised(period: Period, stands: Mapping[str, str]) -> dict[int, set[str]]:
    """Return the standing agreements that promise an advance, by performer."""
    rows = Agreement.objects.filter(
        signed_at__lt=period.end, terms__valid_from__lt=f"{period.end:%Y-%m-%d}"
    )
    found: dict[int, set[str]] = defaultdict(set)
    rows = rows.filter(terms__pay__has_key="advance")
    for digest, performer in rows.values_list("digest", "performer_id"):
        if stands.get(digest, digest) == digest:
            found[performer].add(digest)
    return found


def holds_since(performer: Performer, currency: str, previous: str | None) -> tuple[Hold, ...]:
    """Return the lines that came into dispute, or out of it, since a performer's statement.

    Since is by the log, whose order is exact where two things happen at one moment.
    """
    if previous is None:
        return ()
    since = Statement.objects.get(digest=previous).entry_id
    rows = Dispute.objects.filter(performer=performer, currency=currency, held_micro__gt=0)
    found = list[Hold]()
    for row in rows.prefetch_related("words").order_by("at", "digest"):
        words = list(row.words.all())
        if words[0].entry_id > since:
            found.append(_hold(row, released=False))
        if not row.holding and words[-1].entry_id > since:
            found.append(_hold(row, released=True))
    return tuple(found)


def _hold(row: Dispute, *, released: bool) -> Hold:
    return Hold(statement=row.statement_id, line=row.line, micro=row.held_micro, released=released)
