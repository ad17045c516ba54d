"""Moving lines to whom they belong, and issuing invoices, by the services that pages call."""

from __future__ import annotations

from collections.abc import Mapping

from yesand.kernel.clock import Period
from yesand.kernel.place import Place
from yesand.people.models import Performer
from yesand.royalties.disputing.services import signed_of
from yesand.royalties.invoicing.services import issue
from yesand.royalties.models import Invoice, Reassignment, Statement
from yesand.royalties.reassigning.services import decide, propose
from yesand.royalties.simulating.housed.furnishing.services import person
from yesand.royalties.simulating.moving import Bill, Invoices, Move, Sanction
from yesand.royalties.simulating.seen import statement_seen

DONE, IDLE = "done", "idle"


def move(place: Place, step: Move, names: Mapping[str, str]) -> str:
    """Propose to move a part of a line; idle, if there is no such statement or performer."""
    row = Statement.objects.filter(
        settlement__period=step.month, performer__handle=step.handle, currency=step.currency
    ).first()
    right = Performer.objects.filter(handle=step.right).first()
    issued = signed_of(row) if row else None
    if row is None or right is None or issued is None or not issued.lines:
        return IDLE
    lines = statement_seen(issued, names).lines
    line = sorted(range(len(lines)), key=lambda n: (lines[n], n))[step.line % len(lines)]
    micro = issued.lines[line].micro * step.part_ppm // 10**6
    propose(place, row, line, right, "two names were swapped", person("one"), micro)
    return DONE


def sanction(place: Place, step: Sanction) -> str:
    """Approve a proposal or turn it down; idle, if there is none."""
    rows = list(Reassignment.objects.order_by("entry_id"))
    if not rows:
        return IDLE
    decide(place, rows[step.number % len(rows)], step.approved, person("two"))
    return DONE


def bill(place: Place, step: Bill) -> str:
    """Issue the invoices of a month."""
    issue(place, Period.parse(step.month))
    return DONE


def billed() -> Invoices:
    """Return what invoices ask for."""
    rows = Invoice.objects.select_related("licensee", "settlement")
    return {
        (row.licensee.slug, row.currency, row.settlement.period): (row.net_minor, row.carried_micro)
        for row in rows
    }
