"""The books: whether they balance and agree, what licensees owe by age, and audits of pay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from yesand.heidi.reply import Link, Reply, Row
from yesand.heidi.slots import Issued, Slots
from yesand.heidi.tools.asker import Asker
from yesand.heidi.tools.desk import invoices
from yesand.kernel.money import Money
from yesand.people.sight import visible
from yesand.royalties.books.services import trial_balance
from yesand.royalties.invoicing.aging import BUCKETS
from yesand.royalties.invoicing.reminding.services import receivables as open_by_age
from yesand.royalties.models import Account, Audit
from yesand.royalties.paying.phases import micro_of
from yesand.royalties.reconciling.figures import Figures
from yesand.royalties.reconciling.services import reconciled

MOST = 6


def books(asker: Asker, _slots: Slots) -> Reply:
    """Tell whether every currency balances and agrees with statements and payouts."""
    link = Link(_("Books"), reverse("books"))
    if not asker.sight.everything:
        rows = tuple(_own(asker))
        text = _("By the ledger, your accounts stand so:") if rows else _("You have no account.")
        return Reply(text, rows=rows, links=(link,))
    figures = reconciled()
    rows = (*_balanced(), *(_agreed(each) for each in figures))
    links = (link, Link(_("Reconciliation"), reverse("reconciliation")))
    if not rows:
        return Reply(_("Nothing has been posted yet."), links=links)
    sound = not any(sums for sums in _sums().values()) and not any(f.difference for f in figures)
    text = _("The books balance and agree with statements and payouts, to the last digit.")
    return Reply(text if sound else _("The books do not agree:"), rows=rows, links=links)


def _sums() -> Counter[str]:
    """Return what all accounts add up to, by currency: nothing, if they balance."""
    found = Counter[str]()
    for sums in trial_balance().values():
        found.update(sums)
    return found


def _balanced() -> Iterator[Row]:
    accounts = len(trial_balance())
    for currency, micro in sorted(_sums().items()):
        told = {"n": f"{accounts:,}", "money": Money(currency, micro)}
        said = _("%(n)s accounts add up to %(money)s") % told
        yield Row(_("Trial balance, %(currency)s") % {"currency": currency}, said, reverse("books"))


def _agreed(told: Figures) -> Row:
    names = {
        _("statements"): told.statements,
        _("paid"): told.paid,
        _("on its way"): told.pending,
        _("held"): told.held,
        _("payable"): told.payable,
        _("carried"): told.carried,
        _("difference"): told.difference,
    }
    said = "; ".join(f"{name} {Money(told.currency, micro)}" for name, micro in names.items())
    name = _("Reconciliation, %(currency)s") % {"currency": told.currency}
    return Row(name, said, reverse("reconciliation"))


def _own(asker: Asker) -> Iterator[Row]:
    rows = visible(Account, asker.sight).filter(postings__isnull=False)
    sums = rows.values_list("pk", "name", "postings__currency").annotate(Sum("postings__micro"))
    for pk, name, currency, micro in sums.order_by("name", "postings__currency")[: 2 * MOST]:
        money, address = Money(currency, abs(micro)), reverse("book", args=[pk])
        said = _("%(money)s, what the house owes") if micro <= 0 else _("%(money)s owed to it")
        yield Row(name, said % {"money": money}, address)


def receivables(asker: Asker, slots: Issued) -> Reply:
    """Tell what licensees owe by how long it has been due; a licensee its own invoices."""
    if not asker.sight.everything:
        return invoices(asker, slots)
    rows = tuple(
        Row(
            row.licensee,
            "; ".join(
                f"{_(name)}: {Money(row.currency, micro_of(row.currency, minor))}"
                for name, minor in zip((*BUCKETS, "total"), (*row.buckets, row.total), strict=True)
                if minor
            ),
            reverse("receivables"),
        )
        for row in open_by_age(asker.place.clock.now().date())
    )
    link = Link(_("Receivables by age"), reverse("receivables"))
    if not rows:
        return Reply(_("No licensee owes anything on an invoice."), links=(link,))
    return Reply(_("What is open, by days past due:"), rows=rows[: 2 * MOST], links=(link,))


def audits(asker: Asker, _slots: Slots) -> Reply:
    """List the audits of pay that a person sees: what was due, unpaid, and who bears the cost."""
    rows = visible(Audit, asker.sight).select_related("performer").order_by("-at", "name")
    link = Link(_("Audits of pay"), reverse("pay_audits"))
    shown = asker.sight.everything or asker.sight.performers()
    found = tuple(_audit(asker, row) for row in rows[:MOST])
    if not found:
        return Reply(_("No audit of pay is recorded."), links=(link,) if shown else ())
    return Reply(_("These audits of pay are recorded:"), rows=found, links=(link,))


def _audit(asker: Asker, row: Audit) -> Row:
    name = f"{row.name}, {row.performer}" if asker.sight.everything else row.name
    told = {
        "due": Money(row.currency, row.due_micro),
        "unpaid": Money(row.currency, row.unpaid_micro),
        "cost": row.cost,
    }
    said = _("%(unpaid)s of %(due)s was unpaid. Who asked for it bears its cost of %(cost)s.")
    if row.payer_bears:
        said = _("%(unpaid)s of %(due)s was unpaid. The payer bears its cost of %(cost)s.")
    return Row(name, said % told, reverse("pay_audit", args=[row.name]))
