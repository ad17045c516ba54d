"""Money: the balance, why it changed, and statements. Every figure comes from the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from yesand.heidi.change import Difference, differences
from yesand.heidi.reply import Link, Reply, Row
from yesand.heidi.slots import Issued, Slots
from yesand.heidi.tools.asker import Asker
from yesand.heidi.tools.desk import dispute_rows
from yesand.kernel.canonical import parse
from yesand.kernel.money import Money
from yesand.people.sight import visible
from yesand.provenance.dsse import payload_of
from yesand.royalties import statement as signed
from yesand.royalties.disputing.dispute import PREFIX as DISPUTE
from yesand.royalties.models import Account, Statement
from yesand.royalties.paying.payees.services import sent_to
from yesand.royalties.paying.phases import PREFIX, Step

MOST = 6


def balance(asker: Asker, _slots: Slots) -> Reply:
    """Tell what is owed to a person, or what their organisation owes."""
    rows = [*_owed(asker), *dispute_rows(asker), *_paid_last(asker), *_owing(asker)]
    latest = _statements(asker).first()
    links = [Link(_("Payouts"), reverse("payouts"))]
    if latest is not None and asker.sight.everything:
        links.append(Link(_("All statements"), reverse("statements")))
    elif latest is not None:
        name = _("Statement for %(month)s") % {"month": latest.settlement.period}
        links.append(Link(name, reverse("statement", args=[latest.digest])))
    if not rows:
        return Reply(
            _(
                "Nothing has been booked for you yet. Money appears here once a month with usage "
                "of a model that relies on you, or a session of yours, is settled."
            ),
            links=tuple(links),
        )
    return Reply(_first(asker, rows), rows=tuple(rows), links=tuple(links))


def _first(asker: Asker, rows: list[Row]) -> str:
    if asker.sight.performer is not None and not asker.sight.everything:
        return _("You are owed %(left)s now.") % {"left": rows[0].value}
    if asker.sight.licensees and not asker.sight.everything:
        return _("By the ledger, your organisation’s account stands so:")
    return _("By the ledger, over everybody:")


def _sums(accounts: QuerySet[Account]) -> Iterator[tuple[str, int, int]]:
    """Yield currency, what came in and what went out of some accounts.

    Credit is what the house owes; a payout that came back is no earning.
    """
    payout = Q(postings__transaction__id__startswith=PREFIX)
    accounts = accounts.exclude(name__startswith="held:")
    # What a dispute holds is owed all the same.
    held = Q(postings__transaction__id__startswith=DISPUTE)
    earned = Q(postings__micro__lt=0) & ~payout & ~held
    credit = Coalesce(Sum("postings__micro", filter=earned), 0)
    debit = Coalesce(Sum("postings__micro", filter=~earned & ~held), 0)
    rows = accounts.filter(postings__isnull=False).values("postings__currency")
    for row in rows.annotate(credit=credit, debit=debit).order_by("postings__currency"):
        yield row["postings__currency"], -row["credit"], row["debit"]


def _owed(asker: Asker) -> Iterator[Row]:
    accounts = visible(Account, asker.sight).exclude(performer=None)
    for currency, earned, paid in _sums(accounts):
        for name, micro in (
            (_("Owed now"), earned - paid),
            (_("Earned so far"), earned),
            (_("Paid out"), paid),
        ):
            yield Row(name, str(Money(currency, micro)), reverse("payouts"))


def _paid_last(asker: Asker) -> Iterator[Row]:
    """Yield the last payout to a performer: how it stands, and since when."""
    if asker.sight.performer is None or asker.sight.everything:
        return
    last = sent_to(asker.sight.performer).first()
    if last is None:
        return
    said: dict[str, str] = {
        Step.PENDING: _("%(money)s, on its way"),
        Step.BOOKED: _("%(money)s, paid on %(day)s"),
        Step.RETURNED: _("%(money)s, came back on %(day)s"),
    }
    standing = last.standing
    if standing in said:
        day = next((step.on for step in last.steps.all() if step.step == standing), None)
        told = said[standing] % {"money": last.money, "day": day}
        yield Row(_("Latest payout"), told, reverse("balance"))


def _owing(asker: Asker) -> Iterator[Row]:
    accounts = visible(Account, asker.sight).exclude(organisation=None)
    for currency, received, billed in _sums(accounts):
        for name, micro in (
            (_("Still to be paid by licensees"), billed - received),
            (_("Billed so far"), billed),
        ):
            yield Row(name, str(Money(currency, micro)), reverse("payouts"))


def left(asker: Asker) -> list[Row]:
    """Return what is owed now, for the account at a glance."""
    return [row for row in _owed(asker) if row.name == _("Owed now")]


def change(asker: Asker, _slots: Slots) -> Reply:
    """Say why the latest statement differs from the one before, by their lines."""
    found = list(_statements(asker)[:2]) if asker.sight.performer else []
    if not found:
        return Reply(
            _("There is no statement of yours to compare yet."),
            links=(
                Link(_("How royalties come about"), _how()),
                Link(_("Payouts"), reverse("payouts")),
            ),
        )
    latest, before = found[0], found[1] if len(found) > 1 else None
    told = differences(_read(before) if before else None, _read(latest))
    rows = tuple(
        Row(d.name, _moved(latest.currency, d, first=before is None), _page(latest))
        for d in told[:MOST]
    )
    links = [
        Link(_("Statement for %(month)s") % {"month": s.settlement.period}, _page(s)) for s in found
    ]
    return Reply(
        _compared(latest, before),
        rows=rows,
        links=(*links, Link(_("How royalties come about"), _how())),
    )


def _compared(latest: Statement, before: Statement | None) -> str:
    now = Money(latest.currency, latest.total_micro)
    if before is None:
        return _("Your first statement, for %(month)s, is over %(now)s. It is made of:") % {
            "month": latest.settlement.period,
            "now": now,
        }
    then = Money(before.currency, before.total_micro)
    told = {
        "month": latest.settlement.period,
        "now": now,
        "last": before.settlement.period,
        "then": then,
    }
    if latest.total_micro == before.total_micro:
        return _("Nothing changed: %(now)s for %(month)s, as for %(last)s.") % told
    return _("You earned %(now)s in %(month)s, after %(then)s in %(last)s. What moved it:") % told


def _moved(currency: str, moved: Difference, *, first: bool) -> str:
    by = Money(currency, moved.by)
    if first:  # nothing was there before: there is no more or less
        return str(by)
    sign = "+" if moved.by > 0 else ""
    return f"{sign}{by}" + (f" ({'; '.join(moved.reasons)})" if moved.reasons else "")


def statements(asker: Asker, slots: Issued) -> Reply:
    """List a person's statements, or the one of a month or of an amount."""
    rows = _statements(asker)
    if slots.month:
        rows = rows.filter(settlement__period=slots.month)
    disputes = tuple(dispute_rows(asker))
    found = list(rows[:200])
    if slots.amount:
        found = [s for s in found if _pays(s, Decimal(slots.amount))]
    if not found:
        return Reply(
            _("I find no such statement of yours. A month is settled after it has ended."),
            links=(Link(_("All statements"), reverse("statements")),),
        )
    told = tuple(_row(asker, s) for s in found[:MOST])
    text = _("%(n)d statement(s), the latest for %(month)s.") % {
        "n": len(found),
        "month": found[0].settlement.period,
    }
    links = [Link(_("All statements"), reverse("statements"))]
    if len(found) == 1:
        evidence = reverse("statement_evidence", args=[found[0].digest])
        links.append(Link(_("Its evidence bundle, to be verified offline"), evidence))
    return Reply(text, rows=(*told, *disputes), links=tuple(links))


def _row(asker: Asker, found: Statement) -> Row:
    name = found.settlement.period
    if asker.sight.everything:
        name = f"{name}, {found.performer}"
    return Row(name, str(Money(found.currency, found.total_micro)), _page(found))


def _pays(found: Statement, amount: Decimal) -> bool:
    total = Money(found.currency, found.total_micro)
    earned, paid = total.split()[0], found.payable_minor
    return amount in (Decimal(total.micro) / 1_000_000, Decimal(earned) / 100, Decimal(paid) / 100)


def _statements(asker: Asker) -> QuerySet[Statement]:
    rows = visible(Statement, asker.sight).select_related("settlement", "performer")
    if asker.sight.performer is not None and not asker.sight.everything:
        rows = rows.filter(performer=asker.sight.performer)
    return rows.order_by("-settlement__period", "performer__handle", "currency")


def _read(found: Statement) -> signed.Statement:
    return signed.parse_statement(parse(payload_of(found.envelope))["predicate"])


def _page(found: Statement) -> str:
    return reverse("statement", args=[found.digest])


def _how() -> str:
    return f"{reverse('help_page', args=['questions'])}#how-are-royalties-computed"
