"""Whoever changes what was signed, past the database's own locks, is found by the house's check."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

import yesand
from negotiators import PASSWORD, answer, cast, named
from yesand.agreements import services as agreements
from yesand.agreements.approving.services import approve, end
from yesand.agreements.approving.words import Use
from yesand.agreements.checking.services import check_all
from yesand.agreements.collective.membership.services import forget, say
from yesand.agreements.collective.services import countersign, propose
from yesand.agreements.models import Agreement
from yesand.agreements.offering.services import offer
from yesand.agreements.suspending.services import lift, suspend
from yesand.agreements.suspending.suspension import Reach
from yesand.agreements.templates import draft, standard
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.kernel.errors import CheckFailed
from yesand.people import services as people
from yesand.people.models import Organisation, Performer

#: A table, and what somebody with the database's own password sets in it.
DOCTORED = [
    ("agreements_agreement", "text = 'Other words'"),
    ("agreements_withdrawal", "reason = 'Other words'"),
    ("agreements_approval", "purpose = 'health'"),
    ("agreements_approvalend", "at = '2020-01-01 00:00:00+00:00'"),
    ("agreements_collective", "at = '2020-01-01 00:00:00+00:00'"),
    ("agreements_membership", "belongs = NOT belongs"),
    ("agreements_suspension", "reason = 'Other words'"),
    ("agreements_lifting", "reason = 'Other words'"),
    ("agreements_step", "note = 'Other words'"),
]


@pytest.fixture
def lived(house: yesand.House) -> yesand.House:
    """A house with one of every signed record."""
    place, ada = house.place, cast(house)
    una, pam = _union(house), named("pam")
    union = people.organisation("voices")
    say(place, ada, union, member=True)
    words = {"title": "Floor", "floor": {"notice_days": 30}, "begins": "2026-10-01"}
    countersign(place, propose(place, words, una, union=union), pam)
    answer(house, offer(place, ada, "standard/research", pam), "ada", notice_days=60)
    agreement = _asking(house, ada)
    until = place.clock.now().date() + timedelta(days=9)
    use = Use("house-lab", Purpose.RESEARCH, UseClass.RECOGNITION, until)
    end(place, approve(place, agreement, use, named("ada"))[0], named("ada"))
    lift(place, suspend(place, union, Reach(), "Talks", una)[0], una)
    house.withdraw("Ada", purposes=["health"])
    return house


def _union(house: yesand.House) -> Any:
    union = people.found(house.place, "voices", "Voices", Organisation.Kind.UNION)
    return people.account("una", "union", PASSWORD, organisation=union)


def _asking(house: yesand.House, ada: Performer) -> Agreement:
    terms = standard("recognition", date(2026, 1, 1)).terms
    asking = terms.model_copy(update={"approval_per_use": frozenset({UseClass.RECOGNITION})})
    made = draft("standard/recognition", asking)
    return agreements.sign(house.place, made, ada, people.organisation("producer"))


def test_what_stands_as_it_was_signed_is_counted_and_told(lived: yesand.House) -> None:
    assert check_all() == 8  # one of each, and two words of the negotiation
    assert "agreements: 8 signed records, each holds as its parties signed it" in lived.check()


@pytest.mark.parametrize(("table", "change"), DOCTORED, ids=[table for table, _ in DOCTORED])
def test_a_row_that_was_changed_past_its_lock_is_found(
    lived: yesand.House, table: str, change: str
) -> None:
    with connection.cursor() as cursor:
        on = f" ON {table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {table}_no_update{on}")
        cursor.execute(f"UPDATE {table} SET {change}")
    with pytest.raises(CheckFailed):
        lived.check()


def test_what_was_erased_is_no_fault(lived: yesand.House) -> None:
    forget(Performer.objects.filter(handle="Ada"))
    assert lived.check()
