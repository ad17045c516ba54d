"""The desk: invoices, disputes of lines, and closing a month."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from yesand.heidi.reply import Link, Reply, Row
from yesand.heidi.slots import Issued, Slots
from yesand.heidi.tools.asker import Asker
from yesand.kernel.clock import Period
from yesand.people.frame import AUDITOR, PRODUCER
from yesand.people.sight import visible
from yesand.people.speaking import in_words
from yesand.royalties.closing.checks import Standing, may_settle
from yesand.royalties.closing.services import checked
from yesand.royalties.invoicing.dunning import Standing as Paid
from yesand.royalties.invoicing.reminding.services import late_for
from yesand.royalties.models import Dispute, Invoice, Settlement

MOST = 6


def invoices(asker: Asker, slots: Issued) -> Reply:
    """List a licensee's invoices, those still to be paid first; tell a performer who is late."""
    if not (asker.sight.everything or asker.sight.licensees):
        return _late(asker)
    rows = visible(Invoice, asker.sight).select_related("licensee", "settlement")
    if slots.month:
        rows = rows.filter(settlement__period=slots.month)
    today = asker.now.date()
    told = [(row, row.standing(today)) for row in rows.prefetch_related("reminders", "receipts")]
    links = [Link(_("All invoices"), reverse("invoices"))]
    if asker.sight.everything:
        links.append(Link(_("Receivables by age"), reverse("receivables")))
    if not told:
        return Reply(
            _("I find no such invoice. One is written for every month that is settled."),
            links=tuple(links),
        )
    still = [(row, how) for row, how in told if how not in (Paid.PAID, Paid.CREDIT)]
    text = _("%(n)d invoice(s), %(open)d of them still to be paid.")
    return Reply(
        text % {"n": len(told), "open": len(still)},
        rows=tuple(_invoice(asker, *each) for each in (still or told)[:MOST]),
        links=tuple(links),
    )


def _invoice(asker: Asker, row: Invoice, how: Paid) -> Row:
    name = _("Invoice %(number)s, %(month)s") % {"number": row, "month": row.settlement.period}
    if asker.sight.everything:
        name = f"{name}, {row.licensee}"
    said = _("%(money)s, %(state)s") % {"money": row.total, "state": _(how.value)}
    if how not in (Paid.PAID, Paid.CREDIT):
        said += "; " + _("due on %(day)s") % {"day": row.due_on}
    return Row(name, said, reverse("invoice", args=[row.digest]))


def _late(asker: Asker) -> Reply:
    performer = asker.sight.performer
    found = late_for(performer, asker.now.date()) if performer else []
    link = Link(_("Your balance"), reverse("balance")) if performer else None
    links = (link,) if link else ()
    if not found:
        return Reply(_("No licensee is late with what it owes for your performances."), links=links)
    rows = tuple(
        Row(
            late.licensee,
            _("%(month)s, due since %(day)s") % {"month": late.period, "day": late.since},
        )
        for late in found[:MOST]
    )
    text = _("These have not paid in time. What you are owed does not change.")
    return Reply(text, rows=rows, links=links)


def disputes(asker: Asker, _slots: Slots) -> Reply:
    """List disputes of lines, each with how it stands, and say how one begins."""
    rows = tuple(dispute_rows(asker))
    links = [Link(_("All disputes"), reverse("disputes"))]
    if asker.sight.performer is not None and not asker.sight.everything:
        links.append(Link(_("Your statements"), reverse("statements")))
    elif not rows and not asker.sight.everything:
        return Reply(_("Only performers dispute a line of a statement; you have none to see."))
    if rows:
        text = _("So the disputes of lines stand; what is in dispute is held and the rest is paid.")
        return Reply(text, rows=rows, links=tuple(links))
    text = _("No line is disputed. A performer disputes a line on its statement, beside the line.")
    return Reply(text, links=tuple(links))


def dispute_rows(asker: Asker) -> Iterator[Row]:
    """Yield the disputes of lines of statements, the newest first, each with how it stands."""
    rows = visible(Dispute, asker.sight).select_related("statement__settlement", "performer")
    for row in rows.prefetch_related("words")[:MOST]:
        told = {"month": row.statement.settlement.period, "line": row.line + 1}
        name = _("Dispute of line %(line)s, %(month)s") % told
        if asker.sight.everything:
            name = f"{name}, {row.performer}"
        state = _(row.state.value)
        held = _("%(state)s, %(money)s held") % {"state": state, "money": row.held}
        address = reverse("dispute", args=[row.digest])
        yield Row(name, held if row.holding else state, address)


def closing(asker: Asker, slots: Issued) -> Reply:
    """Tell a producer or an auditor whether a month is settled, and else what is in the way."""
    if not asker.sight.roles & {PRODUCER, AUDITOR}:
        return Reply(_("The producer closes a month. Your statement is issued when it is settled."))
    period = (
        Period.parse(slots.month)
        if slots.month
        else Period(asker.now.year, asker.now.month).previous()
    )
    page = Link(_("Close a month"), f"{reverse('closing')}?period={period}")
    if Settlement.objects.filter(period=str(period)).exists():
        found = Link(_("Its statements"), f"{reverse('statements')}?period={period}")
        return Reply(_("%(month)s is settled.") % {"month": period}, links=(found, page))
    checks = checked(asker.place, period)
    if may_settle(checks):
        text = _("%(month)s can be settled. You start it on its page.")
    else:
        text = _("%(month)s cannot be settled yet:")
    told = (c for c in checks if c.standing is not Standing.GOOD)
    rows = tuple(Row(in_words(c.name), in_words(c.said), page.address) for c in told)
    return Reply(text % {"month": period}, rows=rows[:MOST], links=(page,))
