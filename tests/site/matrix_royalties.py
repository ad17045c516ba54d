"""Who gets what: royalties."""

from __future__ import annotations

from pathlib import Path

from matrix import (
    API,
    API_HERS,
    API_LICENSEES,
    API_PERFORMERS,
    CLOSED,
    GONE,
    HERS_ALONE,
    LAB,
    LICENSEES,
    LOGIN,
    PERFORMERS,
    SEEN,
    UNSIGNED,
    WATCHED,
    Row,
)
from stage import Stage, delivered

from yesand.kernel.clock import Period
from yesand.people.models import Organisation
from yesand.royalties.attesting.services import attest
from yesand.royalties.auditing.services import record
from yesand.royalties.models import Account, PayoutRun
from yesand.royalties.paying.banking.services import HOUSE, keep
from yesand.royalties.paying.confirming.services import take_in
from yesand.royalties.paying.details import details
from yesand.royalties.paying.running.services import prepare
from yesand.royalties.tariffs.services import publish

#: The other licensee has nothing in service that it could deliver for.
REFUSED = 409
DELIVERING = (UNSIGNED, GONE, GONE, GONE, SEEN, REFUSED, GONE, GONE, GONE)
#: The matrix sends plain JSON, which is no CloudEvent: 415 to whoever may deliver at all.
SPOOLING = (UNSIGNED, GONE, GONE, GONE, 415, 415, GONE, GONE, GONE)
EVENT = {
    "specversion": "1.0",
    "id": "one",
    "source": "https://lab.example/own",
    "type": "org.yes-and.usage.v1",
    "time": "2026-10-03T20:15:00Z",
    "subject": "night-line",
    "data": {"unit": "request", "quantity": 1},
}


TARIFF = {
    "name": "film",
    "version": 1,
    "effective": "2027-01-01",
    "currency": "EUR",
    "per_unit": {"request": 2_000},
}


def delivery(stage: Stage) -> list[str]:
    return [delivered(stage).digest]


#: The form comes back; back to the page with a word on what went wrong.
UNREAD = (LOGIN, 422, 422, 422, *(GONE,) * 5)
BACK = (LOGIN, LOGIN, LOGIN, LOGIN, *(GONE,) * 5)
PRODUCER = (LOGIN, *(GONE,) * 5, SEEN, GONE, GONE)
API_PRODUCER = (UNSIGNED, *PRODUCER[1:])
UNREAD_BY_PRODUCER = (LOGIN, *(GONE,) * 5, 422, GONE, GONE)
UNREAD_BY_WATCHERS = (LOGIN, *(GONE,) * 5, 422, 422, GONE)
API_WATCHERS = (UNSIGNED, *WATCHED[1:])
REFUSED_TO_PRODUCER = (LOGIN, *(GONE,) * 5, 409, GONE, GONE)
SENT_ON = (LOGIN, *(GONE,) * 5, LOGIN, GONE, GONE)
#: An auditor may look and bring nothing.
BANK = (LOGIN, *(GONE,) * 5, LOGIN, SEEN, GONE)


def paid(stage: Stage) -> PayoutRun:
    """A run that the producer prepared and nobody has approved; once."""
    known = PayoutRun.objects.first()
    if known is not None:
        return known
    place, by = stage.house.place, stage.users["producer"]
    number = "GB33BUKB20201555555555"
    keep(place, HOUSE, details("Test House", "DE89370400440532013000"), by)
    keep(place, "performer:Ada", details("Ada Actor", number), stage.users["ada"])
    return prepare(place, "EUR", by)


def run(stage: Stage) -> list[str]:
    return [paid(stage).digest]


def payout(stage: Stage) -> list[str]:
    return [paid(stage).payouts.get().end_to_end]


def movement(stage: Stage) -> list[int]:
    """Money that came in, of which nobody knows what for; once."""
    paid(stage)
    data = Path(__file__).parent.joinpath("unknown-movement.xml").read_bytes()
    file = take_in(stage.house.place, data, "november.xml", stage.users["producer"])
    return [file.movements.get().pk]


def tariff(stage: Stage) -> list[str]:
    """A published one; once."""
    return [publish(stage.house.place, TARIFF).name]


AUDIT = {
    "name": "ada-october",
    "performer": "Ada",
    "since": "2026-10",
    "until": "2026-10",
    "begun": "2026-11-01",
    "due_micro": 1_000_000,
    "unpaid_micro": 0,
    "cost_currency": "EUR",
    "cost_micro": 2_000_000,
    "paid_by": "union",
    "document": "a" * 64,
}


def audited(stage: Stage) -> list[str]:
    """An audit of Ada's October; once."""
    return [record(stage.house.place, AUDIT).name]


def account(stage: Stage) -> list[int]:
    """Hers in the ledger."""
    return [Account.objects.get(name="performer:Ada").pk]


def attested(stage: Stage) -> list[str]:
    """The lab's attestation of the month that was settled; once."""
    lab = Organisation.objects.get(slug="house-lab")
    return [attest(stage.house.place, lab, Period(2026, 10)).digest]


#: Any licensee sees its own months; who may see everything, everybody's.
LICENSEES_ALL = (LOGIN, GONE, GONE, GONE, SEEN, SEEN, SEEN, SEEN, GONE)
#: Led on to what was signed; the other licensee sits for none of that name.
ATTESTING = (LOGIN, GONE, GONE, GONE, LOGIN, GONE, GONE, GONE, GONE)
OWN = {"licensee": "house-lab"}
ROWS = [
    Row("usage", CLOSED),
    Row("usage", LAB, method="post", data=lambda s: {"licensee": "house-lab"}, case="post"),
    Row("delivery", LICENSEES, delivery),
    Row("delivery_quarantine", LICENSEES, delivery),
    Row("balance", PERFORMERS),
    Row("statements", CLOSED),
    Row("statement", HERS_ALONE, lambda s: [s.statement.digest]),
    Row("statement_document", HERS_ALONE, lambda s: [s.statement.digest]),
    Row("statement_pdf", HERS_ALONE, lambda s: [s.statement.digest]),
    Row("statement_table", HERS_ALONE, lambda s: [s.statement.digest]),
    Row("statement_evidence", HERS_ALONE, lambda s: [s.statement.digest]),
    Row("payouts", CLOSED),
    Row("books", CLOSED),
    Row("book", HERS_ALONE, account),
    Row("ledger", WATCHED),
    Row("tariffs", CLOSED),
    Row("tariff", CLOSED, tariff),
    Row("new_tariff", PRODUCER),
    Row("new_tariff", UNREAD_BY_PRODUCER, method="post", case="post"),
    Row("rater_rates", WATCHED),
    Row("new_rater_rate", PRODUCER),
    Row("new_rater_rate", UNREAD_BY_PRODUCER, method="post", case="post"),
    Row("rater_bank", (LOGIN, *(GONE,) * 7, SEEN)),
    Row("rater_bank", (LOGIN, *(GONE,) * 7, 422), method="post", case="post"),
    Row("rater_bank_end", (LOGIN, *(GONE,) * 7, 302), method="post"),
    Row("pay_audits", CLOSED),
    Row("pay_audit", HERS_ALONE, audited),
    Row("pay_audit_document", HERS_ALONE, audited),
    Row("new_pay_audit", WATCHED),
    Row("new_pay_audit", UNREAD_BY_WATCHERS, method="post", case="post"),
    Row("bank_account", PERFORMERS),
    Row("bank_account", UNREAD, method="post", case="post"),
    Row("bank_account_end", BACK, method="post"),
    Row("house_account", PRODUCER),
    Row("house_account", UNREAD_BY_PRODUCER, method="post", case="post"),
    Row("payout_runs", WATCHED),
    Row("payout_prepare", SENT_ON, method="post"),
    Row("payout_run", WATCHED, run),
    Row("payout_file", REFUSED_TO_PRODUCER, run),
    Row("payout_decide", SENT_ON, run, method="post", data=lambda s: {"decision": "approve"}),
    Row("payout_void", SENT_ON, payout, method="post"),
    Row("payout_hold", SENT_ON, method="post"),
    Row("payout_bank", WATCHED),
    Row("payout_bank", BANK, method="post", case="post"),
    Row("payout_note", SENT_ON, movement, method="post"),
    Row("api:get /api/payouts", API),
    Row("api:get /api/statements", API),
    Row("api:get /api/statements/{digest}", API_HERS, lambda s: [s.statement.digest]),
    Row("api:get /api/statements/{digest}/pdf", API_HERS, lambda s: [s.statement.digest]),
    Row("api:get /api/statements/{digest}/csv", API_HERS, lambda s: [s.statement.digest]),
    Row("api:get /api/balance", API_PERFORMERS),
    Row("api:get /api/tariffs", API),
    Row("api:get /api/tariffs/{name}", API, tariff),
    Row("api:post /api/tariffs", API_PRODUCER, data=lambda s: TARIFF),
    Row("api:get /api/pay-audits", API),
    Row("api:get /api/pay-audits/{name}", API_HERS, audited),
    Row("api:post /api/pay-audits", API_WATCHERS, data=lambda s: AUDIT),
    Row("api:get /api/escrow", API),
    Row("api:get /api/deliveries", API),
    Row("api:get /api/deliveries/{digest}", API_LICENSEES, delivery),
    Row("api:post /api/usage", DELIVERING, data=lambda s: EVENT),
    Row("attested", LICENSEES_ALL),
    Row("attest", ATTESTING, lambda s: ["2026-10"], method="post", data=lambda s: OWN),
    Row("attestation", LICENSEES, attested),
    Row("attestation_document", LICENSEES, attested),
    Row("api:get /api/attestations", API),
    Row("api:get /api/attestations/{digest}", API_LICENSEES, attested),
    Row("api:post /api/attestations", DELIVERING, data=lambda s: {"period": "2026-10"}),
    Row("api:get /api/usage/missing", API),
    Row("api:post /api/events", SPOOLING, data=lambda s: EVENT),
]
