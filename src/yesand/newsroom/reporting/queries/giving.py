"""What was given: who joined, what they signed and took back, what was recorded."""

from __future__ import annotations

from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.utils.translation import gettext_noop

from yesand.agreements.models import Agreement, Withdrawal
from yesand.corpus.models import Manifest
from yesand.newsroom.reporting.figure import Part, part, parts
from yesand.newsroom.reporting.queries.asked import Answer, Asked, Question
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.takes.models import Take


def _performers(asked: Asked) -> Answer:
    rows = Entry.objects.filter(
        kind=Kind.PERFORMER_JOINED, index__lt=asked.size, at__lt=asked.morrow
    )
    number = rows.count()
    return rows, (part("performers", number, number),)


def _agreements(asked: Asked) -> Answer:
    return _by_kind(asked.by_end(Agreement, "signed_at"))


def _agreements_new(asked: Asked) -> Answer:
    return _by_kind(asked.during(Agreement, "signed_at"))


def _by_kind(found: QuerySet[Any]) -> Answer:
    rows = found.values("kind")
    rows = rows.annotate(number=Count("pk"), people=Count("performer", distinct=True))
    rows = rows.order_by("kind")
    told = {r["kind"]: (r["number"], r["people"]) for r in rows}
    return rows, parts([(k, *told.get(k, (0, 0))) for k in Agreement.Kind.values])


def _withdrawals(asked: Asked) -> Answer:
    rows = asked.during(Withdrawal, "at").values("pk", "performer")
    return rows, (part("withdrawals", len(rows), len({r["performer"] for r in rows})),)


def _takes_by_end(asked: Asked) -> QuerySet[Any]:
    """Return the takes in the log by the end of the month, in the state that they had then.

    A dispute changes the state of a take that was there before: it is read from who claimed the
    same content by then.
    """
    rows = asked.known(Take).filter(entry__at__lt=asked.morrow)
    others = rows.filter(sha256=OuterRef("sha256")).exclude(performer=OuterRef("performer"))
    disputed, accepted = Value(Take.State.DISPUTED.value), Value(Take.State.ACCEPTED.value)
    found: QuerySet[Any] = rows.annotate(
        then=Case(
            When(Exists(others), then=disputed),
            When(state=Take.State.DISPUTED, then=accepted),
            default=F("state"),
            output_field=CharField(),
        )
    )
    return found


def _takes(asked: Asked) -> Answer:
    rows = _takes_by_end(asked).values("then")
    rows = rows.annotate(number=Count("pk"), people=Count("performer", distinct=True))
    rows = rows.order_by("then")
    told = {r["then"]: (r["number"], r["people"]) for r in rows}
    return rows, parts([(s, *told.get(s, (0, 0))) for s in Take.State.values])


def _minutes(asked: Asked) -> Answer:
    rows = _takes_by_end(asked).filter(then=Take.State.ACCEPTED).values("then")
    rows = rows.annotate(length=Sum("duration_ms"), people=Count("performer", distinct=True))
    row = rows.order_by("then").first() or {"length": 0, "people": 0}
    return rows, (part("minutes", row["length"] // 60_000, row["people"]),)


def _decisions(asked: Asked) -> Answer:
    rows = asked.by_end(Manifest, "at").values("trial")
    rows = rows.annotate(yes=Sum("permitted"), no=Sum("denied")).order_by("trial")
    found = list(rows)
    return rows, (
        Part(label="permitted", value=sum(r["yes"] or 0 for r in found)),
        Part(label="denied", value=sum(r["no"] or 0 for r in found)),
    )


QUESTIONS = (
    Question(
        "performers",
        gettext_noop("Performers"),
        gettext_noop("People who had joined by the end of the month, by their entries in the log."),
        _performers,
    ),
    Question(
        "agreements",
        gettext_noop("Agreements"),
        gettext_noop(
            "Agreements signed by the end of the month, also those that another has followed: "
            "with a performer, a corpus's licence, or for a trial."
        ),
        _agreements,
    ),
    Question(
        "agreements-new",
        gettext_noop("New agreements"),
        gettext_noop("Those of them that were signed in the month."),
        _agreements_new,
    ),
    Question(
        "withdrawals",
        gettext_noop("Withdrawals"),
        gettext_noop("Withdrawals in the month, whole or in part."),
        _withdrawals,
    ),
    Question(
        "takes",
        gettext_noop("Takes by state"),
        gettext_noop("Takes in the log by the end of the month, in the state that they had then."),
        _takes,
    ),
    Question(
        "minutes",
        gettext_noop("Minutes of accepted takes"),
        gettext_noop("The length of all those that are accepted together, in whole minutes."),
        _minutes,
        unit="min",
    ),
    Question(
        "decisions",
        gettext_noop("Decisions of the gate"),
        gettext_noop(
            "Takes that requests up to the end of the month were permitted and denied, "
            "added up over requests."
        ),
        _decisions,
    ),
)
