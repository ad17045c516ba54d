"""A performer's account by the ledger, and their months by their statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from yesand.kernel.canonical import parse
from yesand.kernel.clock import Period
from yesand.kernel.money import Money
from yesand.kernel.place import Place
from yesand.people.models import Performer
from yesand.provenance.dsse import payload_of
from yesand.royalties.books.services import balance
from yesand.royalties.disputing.dispute import PREFIX as DISPUTE
from yesand.royalties.ledger import held_account, performer_account
from yesand.royalties.lines import ON_TOP
from yesand.royalties.models import Posting, Statement
from yesand.royalties.months import Chart, before, drawn
from yesand.royalties.paying.phases import PREFIX
from yesand.royalties.stacked import BESIDES, Stacked, stacked

#: performer → currency → month → model → micro-units.
_Brought = dict[int, dict[str, dict[str, Counter[str]]]]
#: How many statements are read at once: of a year and many performers they fill the memory.
_CHUNK = 200


@dataclass(frozen=True)
class Kept:
    """A performer's account in one currency: what payouts moved is paid, all else is earned.

    Attributes
    ----------
    held : the part of what is owed that waits until a dispute of it ends.
    """

    earned: Money
    paid: Money
    held: Money

    @property
    def open(self) -> Money:
        """What is owed now."""
        return self.earned - self.paid

    @property
    def payable(self) -> Money:
        """The part of it that can be paid: whole minor units of what is not held."""
        free = self.open - self.held
        _, carried = free.split()
        return free - Money(free.currency, carried)


def kept(performer: Performer) -> list[Kept]:
    """Return a performer's accounts, by currency."""
    rows = Posting.objects.filter(account__name=performer_account(performer.handle))
    payout = Q(transaction__id__startswith=PREFIX)
    dispute = Q(transaction__id__startswith=DISPUTE)
    sums = rows.values("currency").annotate(
        earned=Coalesce(Sum("micro", filter=~payout & ~dispute), 0),
        paid=Coalesce(Sum("micro", filter=payout), 0),
    )
    held = balance(held_account(performer.handle))
    return [
        Kept(
            Money(row["currency"], -row["earned"]),
            Money(row["currency"], row["paid"]),
            Money(row["currency"], -held.get(row["currency"], 0)),
        )
        for row in sums.order_by("currency")
    ]


def charts(place: Place, performer: Performer) -> list[Chart]:
    """Return what the last twelve months brought, a chart a currency."""
    rows = Statement.objects.filter(performer=performer).select_related("settlement")
    found: dict[str, Counter[str]] = {}
    for row in rows.defer("envelope", "settlement__envelope").order_by("currency"):
        found.setdefault(row.currency, Counter())[row.settlement.period] += row.total_micro
    now = place.clock.now()
    return [drawn(code, sums, Period(now.year, now.month)) for code, sums in found.items()]


def by_model(place: Place, performer: Performer, names: Mapping[str, str]) -> list[Stacked]:
    """Return what each model brought in the last twelve months, a picture a currency.

    Sums are those of the statements' lines, so that a month is what its statement says.

    Parameters
    ----------
    names : model's digest → its name.
    """
    now = place.clock.now()
    last = Period(now.year, now.month)
    rows = Statement.objects.filter(performer=performer)
    brought = _brought(rows, last).get(performer.pk, {})
    return [stacked(code, months, last, names) for code, months in brought.items()]


def each_upto(statements: Sequence[Statement], names: Mapping[str, str]) -> list[Stacked]:
    """Return what each model brought in the twelve months up to each statement's own.

    It rests on that statement and those before it, so that it is the same for ever. All statements
    of a month are read in one question.
    """
    whose: dict[str, set[int]] = {}
    for one in statements:
        whose.setdefault(one.settlement.period, set()).add(one.performer_id)
    found = {
        period: _brought(Statement.objects.filter(performer__in=those), Period.parse(period))
        for period, those in whose.items()
    }
    return [_until(one, found[one.settlement.period], names) for one in statements]


def _until(statement: Statement, found: _Brought, names: Mapping[str, str]) -> Stacked:
    last, code = Period.parse(statement.settlement.period), statement.currency
    months = found.get(statement.performer_id, {}).get(code, {})
    return stacked(code, months, last, names)


def _brought(rows: QuerySet[Statement], last: Period) -> _Brought:
    """Return what each model brought each performer in the twelve months up to one."""
    first = before(last, 12)[0]
    rows = rows.filter(settlement__period__gte=str(first), settlement__period__lte=str(last))
    found: _Brought = {}
    told = rows.order_by("currency").values_list(
        "performer_id", "currency", "settlement__period", "envelope"
    )
    for who, code, period, envelope in told.iterator(chunk_size=_CHUNK):
        sums = found.setdefault(who, {}).setdefault(code, {}).setdefault(period, Counter())
        for line in parse(payload_of(envelope))["predicate"]["lines"]:
            if line["kind"] not in ON_TOP:
                sums[line.get("model") or BESIDES] += line["micro"]
    return found
