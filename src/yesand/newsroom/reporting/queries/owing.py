"""What is owed for it: money earned, paid, carried and held; and duties with their dates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_noop

from yesand.newsroom.reporting.figure import Part, part, parts
from yesand.newsroom.reporting.queries.asked import Answer, Asked, Question
from yesand.oversight.models import Obligation
from yesand.royalties.models import Posting, Settlement, Statement


def _settled(asked: Asked) -> Answer:
    rows = asked.known(Settlement).filter(period=str(asked.period)).values("digest")
    return rows, (Part(label="settlements", value=len(rows)),)


def _owed(asked: Asked) -> Answer:
    rows = asked.known(Statement, "settlement__entry_id")
    rows = rows.filter(settlement__period=str(asked.period)).values("currency")
    rows = rows.annotate(
        owed=Sum("total_micro"), people=Count("performer", distinct=True)
    ).order_by("currency")
    return rows, tuple(_money(rows, "owed"))


def _paid(asked: Asked) -> Answer:
    # A debit to a performer's account is money that went out (``royalties.ledger``).
    rows = Posting.objects.filter(
        account__performer__isnull=False, micro__gt=0, transaction__entry_id__lt=asked.size
    )
    rows = rows.filter(
        transaction__at__gte=asked.period.start, transaction__at__lt=asked.period.end
    )
    found = rows.values("currency").annotate(
        paid=Sum("micro"), people=Count("account__performer", distinct=True)
    )
    found = found.order_by("currency")
    return found, tuple(_money(found, "paid"))


def _carried(asked: Asked) -> Answer:
    rows = asked.known(Statement, "settlement__entry_id")
    rows = rows.filter(settlement__period=str(asked.period), carried_micro__gt=0)
    rows = rows.values("currency").annotate(
        carried=Sum("carried_micro"), people=Count("performer", distinct=True)
    )
    rows = rows.order_by("currency")
    return rows, tuple(_money(rows, "carried"))


def _balance(asked: Asked) -> Answer:
    rows = Posting.objects.filter(
        account__performer__isnull=False, transaction__entry_id__lt=asked.size
    )
    found = rows.values("currency").annotate(
        debit=Sum("micro"), people=Count("account__performer", distinct=True)
    )
    found = found.order_by("currency")
    owed = [{**r, "balance": -r["debit"]} for r in found]
    return found, tuple(_money(owed, "balance"))


def _money(rows: Any, name: str) -> Iterator[Part]:
    found = [part(r["currency"], r[name] or 0, r["people"], r["currency"]) for r in rows]
    yield from found or [Part(label="nothing", value=0)]


def _obligations(asked: Asked) -> Answer:
    rows = asked.known(Obligation, "withdrawal__entry_id").filter(
        withdrawal__at__lt=asked.period.end
    )
    found = rows.values("duty").annotate(
        number=Count("pk"), people=Count("withdrawal__performer", distinct=True)
    )
    found = found.order_by("duty")
    told = [(r["duty"], r["number"], r["people"]) for r in found]
    return found, parts(told) or (Part(label="none", value=0),)


def _dates(asked: Asked) -> Answer:
    rows = asked.known(Obligation, "withdrawal__entry_id").filter(
        withdrawal__at__lt=asked.period.end
    )
    passed, lasting = Q(due__lt=asked.period.end), Q(due=None)
    who = "withdrawal__performer"
    kinds = (("date passed", passed), ("date to come", ~passed & ~lasting), ("no date", lasting))
    wanted: dict[str, Any] = {}
    for number, (_label, when) in enumerate(kinds):
        wanted[f"number_{number}"] = Count("pk", filter=when)
        wanted[f"people_{number}"] = Count(who, filter=when, distinct=True)
    found = rows.values("bearer__kind").annotate(**wanted).order_by("bearer__kind")
    whole = rows.aggregate(**wanted)
    told = [
        (label, whole[f"number_{n}"], whole[f"people_{n}"])
        for n, (label, _when) in enumerate(kinds)
    ]
    return found, parts(told)


QUESTIONS = (
    Question(
        "settled",
        gettext_noop("Settled"),
        gettext_noop("Whether the month was settled by then: 1 if it was."),
        _settled,
    ),
    Question(
        "royalties-owed",
        gettext_noop("Earned by performers"),
        gettext_noop(
            "What performers earned in the month, by the signed statements of its settlement."
        ),
        _owed,
    ),
    Question(
        "royalties-paid",
        gettext_noop("Paid to performers"),
        gettext_noop(
            "Money that left performers' accounts in the ledger during the month, to them."
        ),
        _paid,
    ),
    Question(
        "royalties-carried",
        gettext_noop("Carried forward"),
        gettext_noop(
            "What was too small to be paid in whole units, brought forward to the next statement."
        ),
        _carried,
    ),
    Question(
        "balance",
        gettext_noop("Held for performers"),
        gettext_noop(
            "What the ledger owed to performers, over all months, at that position of the log."
        ),
        _balance,
    ),
    Question(
        "obligations",
        gettext_noop("Obligations raised"),
        gettext_noop("Duties raised by withdrawals up to the end of the month, by kind."),
        _obligations,
    ),
    Question(
        "obligation-dates",
        gettext_noop("Dates of obligations"),
        gettext_noop(
            "The same duties by their date: passed by the end of the month, to come, or lasting."
        ),
        _dates,
    ),
)
