"""Who gets what: disputes, wrong payees and claims to usage."""

from __future__ import annotations

from matrix import (
    API,
    API_HERS,
    API_LICENSEES,
    CLOSED,
    GONE,
    HERS_ALONE,
    LABS,
    LICENSEES,
    LOGIN,
    PERFORMERS,
    SEEN,
    WATCHED,
    Row,
)
from matrix_royalties import PRODUCER, UNREAD, UNREAD_BY_PRODUCER, movement
from stage import Stage

from yesand.kernel.clock import Period
from yesand.people.models import Organisation
from yesand.royalties.claiming.services import claim
from yesand.royalties.closing.services import start
from yesand.royalties.disputing.services import open_dispute
from yesand.royalties.invoicing.services import issue
from yesand.royalties.metering.services import meter
from yesand.royalties.models import Closing, Dispute, Reassignment, UsageClaim
from yesand.royalties.reassigning.services import propose

#: Only hers to say; whoever else is asked nothing.
HERS_TO_SAY = (LOGIN, LOGIN, *(GONE,) * 7)
SENT_ON = (LOGIN, *(GONE,) * 5, LOGIN, GONE, GONE)
CLAIMING = (LOGIN, *(SEEN,) * 7, GONE)
CLAIMED = (LOGIN, *(LOGIN,) * 5, GONE, GONE, GONE)
PROPOSED = (LOGIN, *(GONE,) * 5, LOGIN, SEEN, GONE)


def disputed(stage: Stage) -> list[str]:
    """Ada's dispute of her first line; once."""
    known = Dispute.objects.first()
    if known is None:
        known, _ = open_dispute(stage.house.place, stage.statement, 0, "why", stage.users["ada"])
    return [known.digest]


def line(stage: Stage) -> list[object]:
    return [stage.statement.digest, 1]


def proposed(stage: Stage) -> list[str]:
    """A part of Ben's line is Ada's, as the producer says; once."""
    known = Reassignment.objects.first()
    if known is None:
        bens = stage.statement.settlement.statements.get(performer__handle="Ben")
        by = stage.users["producer"]
        known = propose(stage.house.place, bens, 0, stage.ada, "Ada's take", by, 1)
    return [known.digest]


def claimed(stage: Stage) -> list[str]:
    """A claim of the lab's to usage that waits; once."""
    known = UsageClaim.objects.first()
    if known is None:
        path = stage.house.place.root / "mystery.jsonl"
        path.write_text(
            '{"specversion":"1.0","id":"m1","source":"https://lab.example/x","type":'
            '"org.yes-and.usage.v1","time":"2026-10-03T20:15:00Z","subject":"mystery",'
            '"data":{"unit":"request","quantity":1}}\n'
        )
        meter(stage.house.place, path)
        lab = Organisation.objects.get(slug="house-lab")
        given = "mystery", "2026-10", "Our log"
        known = claim(stage.house.place, *given, stage.users["lab"], licensee=lab)
    return [known.digest]


def invoiced(stage: Stage) -> list[str]:
    """The lab's invoice for October; once."""
    return [issue(stage.house.place, Period(2026, 10))[0].digest]


def lab(stage: Stage) -> list[str]:
    return ["house-lab"]


#: Any licensee has a list of its own invoices.
INVOICES = (LOGIN, GONE, GONE, GONE, SEEN, SEEN, SEEN, SEEN, GONE)
#: The lab itself, or the producer for it.
BILLED = (LOGIN, GONE, GONE, GONE, SEEN, GONE, SEEN, GONE, GONE)
BILLING = (LOGIN, GONE, GONE, GONE, LOGIN, GONE, LOGIN, GONE, GONE)


def recomputed(stage: Stage) -> list[int]:
    """Somebody had October computed again; once."""
    known = Closing.objects.first()
    if known is None:
        by = stage.users["auditor"]
        known = start(stage.house.place, Period(2026, 10), Closing.RECOMPUTE, by)
    return [known.pk]


def hers(stage: Stage) -> list[str]:
    return ["performer:Ada"]


#: Sent on to where it is shown.
ASKED = (LOGIN, *(GONE,) * 5, LOGIN, LOGIN, GONE)

ROWS = [
    Row("instruments", WATCHED),
    Row("new_instrument", PRODUCER),
    Row("new_instrument", UNREAD_BY_PRODUCER, method="post", case="post"),
    Row("directions", PERFORMERS),
    Row("directions", UNREAD, method="post", case="post"),
    Row("closing", WATCHED),
    Row("closing_settle", SENT_ON, method="post"),
    Row("closing_work", WATCHED, recomputed),
    Row("exceptions", WATCHED),
    Row("reconciliation", WATCHED),
    Row("recompute_month", ASKED, method="post", data=lambda s: {"period": "2026-10"}),
    Row("what_if", LABS),
    Row("api:get /api/books", API),
    Row("api:get /api/books/{account}", API_HERS, hers),
    Row("invoices", INVOICES),
    Row("invoices_issue", SENT_ON, method="post"),
    Row("invoice", LICENSEES, invoiced),
    Row("invoice_pdf", LICENSEES, invoiced),
    Row("invoice_document", LICENSEES, invoiced),
    Row("receivables", WATCHED),
    Row("receivables_table", WATCHED),
    Row("billing_details", BILLED, lab),
    Row("billing_details", BILLING, lab, method="post", case="post"),
    Row("receipt_assign", SENT_ON, movement, method="post"),
    Row("api:get /api/invoices", API),
    Row("api:get /api/invoices/{digest}", API_LICENSEES, invoiced),
    Row("disputes", CLOSED),
    Row("dispute", HERS_ALONE, disputed),
    Row(
        "dispute",
        HERS_TO_SAY,
        disputed,
        method="post",
        data=lambda s: {"word": "withdrawn"},
        case="post",
    ),
    Row("dispute_line", (LOGIN, SEEN, *(GONE,) * 7), line),
    Row("dispute_line", HERS_TO_SAY, line, method="post", case="post"),
    Row("payees", WATCHED),
    Row("payees", PROPOSED, method="post", case="post"),
    Row("payee_decide", SENT_ON, proposed, method="post"),
    Row("claims", CLAIMING),
    Row("claims", CLAIMED, method="post", case="post"),
    Row("claim_decide", SENT_ON, claimed, method="post"),
    Row("api:get /api/disputes", API),
    Row("api:get /api/disputes/{digest}", API_HERS, disputed),
]
