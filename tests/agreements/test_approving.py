"""Where terms have the performer asked each time, their signed word permits one use for a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

import yesand
from negotiators import cast, delegate, named
from yesand.agreements import services as agreements
from yesand.agreements.approving.models import Approval, ApprovalEnd
from yesand.agreements.approving.services import approve, check, end, given
from yesand.agreements.approving.words import Use
from yesand.agreements.consent.services import odrl
from yesand.agreements.decision import Request, decide
from yesand.agreements.models import Agreement
from yesand.agreements.templates import draft, standard
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.corpus.auditing.register import Register
from yesand.corpus.disclosing.services import disclose
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, Refused
from yesand.people import services as people
from yesand.people.models import Performer
from yesand.provenance.disclosure import read
from yesand.provenance.models import Entry

UNTIL = date(2026, 12, 31)
USE = Use("house-lab", Purpose.RESEARCH, UseClass.RECOGNITION, UNTIL)


@pytest.fixture
def asking(house: yesand.House) -> Agreement:
    """Ada signed terms by which she is asked for every recognition."""
    return signed(house, cast(house))


def signed(house: yesand.House, ada: Performer, **other: Any) -> Agreement:
    terms = standard("recognition", date(2026, 1, 1)).terms
    told = {"approval_per_use": frozenset({UseClass.RECOGNITION}), "commercial": False, **other}
    made = draft("standard/recognition", terms.model_copy(update=told))
    return agreements.sign(house.place, made, ada, people.organisation("producer"))


def allowed(agreement: Agreement, at: datetime, **told: Any) -> bool:
    request = Request("house-lab", "research", "recognition", at, territory="DE", commercial=False)
    standing = agreements.standings()[agreement.digest]
    assert agreements.standing_of(agreement).approvals == standing.approvals
    approvals = standing.approvals
    return decide(standing.terms, replace(request, **told), approvals=approvals).permit


def test_a_signed_word_permits_that_use_alone_until_it_ends(
    house: yesand.House, asking: Agreement, clock: SetClock
) -> None:
    now, ada = clock.at, named("ada")
    assert not allowed(asking, now)
    made, new = approve(house.place, asking, USE, ada)
    assert new and approve(house.place, asking, USE, ada) == (made, False)
    assert allowed(asking, now) and check(made).licensee == "house-lab"
    assert not allowed(asking, now, purpose=Purpose.HEALTH)
    assert not allowed(asking, now, licensee="acme")
    assert allowed(asking, datetime(2026, 12, 31, 12, tzinfo=UTC))
    assert not allowed(asking, datetime(2027, 1, 1, 12, tzinfo=UTC))
    assert "2026-12-31" in str(odrl(asking))
    clock.advance(days=1)
    assert end(house.place, made, ada) and not end(house.place, made, ada)
    assert not allowed(asking, now)
    last = ApprovalEnd.objects.get()
    assert given(last.entry_id) and not given(last.entry_id + 1) and not given(made.entry_id)
    assert check(Approval.objects.get())
    kinds = Entry.objects.filter(kind__startswith="approval").order_by("index")
    assert [entry.kind for entry in kinds] == ["approval.given", "approval.ended"]
    assert approve(house.place, asking, USE, ada)[1] and allowed(asking, now)


def test_an_auditor_reads_from_the_log_what_was_agreed_at_every_position(
    house: yesand.House, asking: Agreement, tmp_path: Path
) -> None:
    ada = named("ada")
    made, _ = approve(house.place, asking, USE, ada)
    approve(house.place, asking, replace(USE, purpose=Purpose.HEALTH), ada)
    end(house.place, made, ada)
    disclose(house.place, tmp_path / "d.jsonl")
    told = read(tmp_path / "d.jsonl")
    register = Register.of(told)
    for size in range(told.head.size + 1):
        assert register.standings(size) == agreements.standings(size)


def test_only_the_performer_or_who_signs_for_them_agrees(
    house: yesand.House, asking: Agreement
) -> None:
    ada = asking.performer
    agent, reader = (
        delegate(house, ada, "agent", "read", "sign"),
        delegate(house, ada, "union", "read"),
    )
    for by, why in (("pam", "do not act"), (reader.username, "but not sign")):
        with pytest.raises(Refused, match=why):
            approve(house.place, asking, USE, named(by))
    made, _ = approve(house.place, asking, USE, agent)
    assert made.hand["capacity"] == "agent" and made.hand["delegation"]
    with pytest.raises(Refused, match="do not act"):
        end(house.place, made, named("pam"))
    assert not ApprovalEnd.objects.exists()


@pytest.mark.parametrize(
    ("other", "fault", "why"),
    [
        ({"until": date(2026, 9, 1)}, BadInput, "last day has passed"),
        ({"until": date(2099, 1, 1)}, BadInput, "agreement ends"),
        ({"licensee": "nobody-knows"}, NotFound, "No organisation"),
        ({"licensee": "producer"}, BadInput, "no licensee"),
        ({"purpose": Purpose.POLITICAL}, Refused, "does not license"),
        ({"use_class": UseClass.EVALUATION}, Refused, "Nobody is asked"),
    ],
)
def test_what_cannot_be_agreed_to_is_refused_and_nothing_is_kept(
    house: yesand.House, asking: Agreement, other: dict[str, Any], fault: type[Exception], why: str
) -> None:
    with pytest.raises(fault, match=why):
        approve(house.place, asking, replace(USE, **other), named("ada"))
    assert not Approval.objects.exists()


def test_an_agreement_that_was_replaced_takes_its_leave_with_it(
    house: yesand.House, asking: Agreement, clock: SetClock
) -> None:
    approve(house.place, asking, USE, named("ada"))
    again = draft(
        "standard/recognition", agreements.check(asking).model_copy(update={"notice_days": 60})
    )
    producer = people.organisation("producer")
    agreements.sign(house.place, again, asking.performer, producer, supersedes=asking)
    assert not allowed(asking, clock.at)
    with pytest.raises(Refused, match="took its place"):
        approve(house.place, asking, replace(USE, until=date(2026, 11, 30)), named("ada"))


def test_what_was_agreed_is_neither_changed_nor_shown_otherwise(
    house: yesand.House, asking: Agreement
) -> None:
    made, _ = approve(house.place, asking, USE, named("ada"))
    end(house.place, made, named("ada"))
    for table in ("agreements_approval", "agreements_approvalend"):
        for sql in (f"UPDATE {table} SET at = at", f"DELETE FROM {table}"):
            with (
                pytest.raises(DatabaseError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(sql)
    made.purpose = "health"
    with pytest.raises(CheckFailed, match="other than what was signed"):
        check(made)
