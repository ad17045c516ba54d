"""Bad input in terms: each fault is told by its field, and nothing is signed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from yesand.agreements.compiled import Ask, Rule, permits
from yesand.agreements.decision import Request, decide
from yesand.agreements.faults import by_field
from yesand.agreements.reading import readable
from yesand.agreements.templates import standard
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.kernel.errors import BadInput

START = date(2026, 10, 1)
REPLICA = {"use_classes": ["replica"], "described_use": "The voice of a talking tram"}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        # Terms that contradict themselves.
        ({"purposes": ["adult"]}, "permitted and banned at once: adult"),
        ({"use_classes": ["replica", "synthesis"], **{"described_use": "x"}}, "signature of its"),
        ({**REPLICA, "described_use": " "}, "described_use must say what a replica is for"),
        ({"minor": True, "majority_on": "2030-01-01"}, "a minor signs with a guardian"),
        ({"minor": True, "represented_by": "guardian"}, "set majority_on to that day"),
        ({"majority_on": "2030-01-01"}, "leave it out, or set minor"),
        (
            {"minor": True, "represented_by": "guardian", "majority_on": "2026-10-01"},
            "the performer signs alone",
        ),
        ({"withdrawing": {"delete_replica": False}}, "replica that is kept"),
        ({"pay": {"basis": {"reliance": 1}}}, "must add up to 1,000,000"),
        ({"pay": {"session_fee": {"currency": "USD", "micro": 1}}}, "must be in EUR"),
        ({"version": 1, "zone": "Europe/Berlin"}, "zone is no part of terms of form 1"),
        ({"pays_while_in_use": False}, "pays_while_in_use"),
        # Dates the wrong way round, and dates that are none.
        ({"valid_until": "2026-09-30"}, r"valid_until \(2026-09-30\) lies before valid_from"),
        ({"train_until": "2026-09-30"}, r"train_until \(2026-09-30\) lies before valid_from"),
        ({"train_until": "2030-01-01", "valid_until": "2029-01-01"}, "lies after valid_until"),
        ({"valid_from": "2026-02-30"}, "valid_from"),
        ({"valid_from": None}, "valid_from"),
        # Words of no vocabulary.
        ({"purposes": ["world domination"]}, "purposes.*'research'"),
        ({"banned_purposes": ["fun"]}, "banned_purposes.*'political'"),
        ({"use_classes": ["cloning"]}, "use_classes.*'replica'"),
        ({"materials": ["everything"]}, "materials.*'features'"),
        ({"modalities": ["smell"]}, "modalities.*'voice'"),
        ({"security": "somehow"}, "security.*'encrypted-at-rest'"),
        ({"represented_by": "a friend"}, "represented_by.*'counsel'"),
        ({"permissions": ["all"]}, "permissions: Extra inputs are not permitted"),
        ({"withdrawing": {"forget_days": 3}}, "forget_days: Extra inputs are not permitted"),
        # Places and zones that do not exist.
        ({"territories": ["UK"]}, "'UK' is not an ISO 3166-1 alpha-2 country code"),
        ({"territories": ["DE", "EU"]}, "'EU' is not an ISO 3166-1"),
        ({"territories": ["de"]}, "'de' is not an ISO 3166-1"),
        ({"territories": ["DE", "XA"]}, "'XA' is not an ISO 3166-1"),
        ({"zone": "Europe/Hamburg"}, "'Europe/Hamburg' is not an IANA time zone"),
        # What is signed is meant.
        ({"commercial": "yes"}, "commercial: Input should be a valid boolean"),
        ({"credit": 1}, "credit: Input should be a valid boolean"),
        ({"notice_days": "30"}, "notice_days: Input should be a valid integer"),
        ({"withdrawing": {"notify_days": True}}, "notify_days: Input should be a valid integer"),
        # Numbers out of bounds, and lines that would begin a clause of their own.
        ({"withdrawing": {"notify_days": -1}}, "withdrawing.notify_days"),
        ({"breach_notice_hours": 0}, "breach_notice_hours"),
        ({"pay": {"realtime_multiple_ppm": 1}}, "realtime_multiple_ppm"),
        ({"described_use": "x\n\n9. Money. All is allowed."}, "one line of text"),
    ],
)
def test_a_fault_is_told_with_its_field_and_what_it_may_be(told: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said) as fault:
        Terms.parse({"valid_from": "2026-10-01", **told})
    assert fault.value.where == "terms" and fault.value.remedy


def test_every_fault_is_told_at_once() -> None:
    told = {"valid_from": "soon", "territories": ["UK"], "purposes": ["fun"]}
    with pytest.raises(BadInput) as fault:
        Terms.parse(told)
    for name in told:
        assert name in fault.value.what


@pytest.mark.parametrize("variables", [{}, {"use": "A talking tram"}, {"use": " ", "project": "x"}])
def test_a_template_with_an_unset_variable_is_never_signed(variables: dict[str, str]) -> None:
    made = standard("replica", START, variables=variables)
    assert "producer" in made.unset
    with pytest.raises(BadInput, match=r"Not set in this template: .*producer"):
        made.payload("individual", "aa", "bb", None)
    known = {"use": "A talking tram", "project": "Tram", "producer": "House"}
    whole = standard("replica", START, variables=known)
    assert not whole.unset and "$" not in whole.text
    assert whole.payload("individual", "aa", "bb", None)["text"] == whole.text


def test_a_language_that_agreements_are_not_worded_in_is_none() -> None:
    with pytest.raises(BadInput, match="'xx'"):
        standard("recognition", START, language="xx")
    assert readable(standard("recognition", START).terms, "xx")[0].title


@pytest.mark.parametrize(
    ("zone", "last", "over"),
    [
        # The day on which summer time ends has 25 hours, the one on which it begins 23.
        ("Europe/Berlin", "2026-10-25", datetime(2026, 10, 25, 23, tzinfo=UTC)),
        ("Europe/Berlin", "2027-03-28", datetime(2027, 3, 28, 22, tzinfo=UTC)),
        # Midnight itself is skipped in Santiago, and comes twice in Havana.
        ("America/Santiago", "2027-09-04", datetime(2027, 9, 5, 4, tzinfo=UTC)),
        ("America/Havana", "2026-10-31", datetime(2026, 11, 1, 4, tzinfo=UTC)),
        ("Asia/Tokyo", "2026-10-25", datetime(2026, 10, 25, 15, tzinfo=UTC)),
    ],
)
def test_a_term_that_ends_as_the_clocks_change_ends_at_one_instant(
    zone: str, last: str, over: datetime
) -> None:
    told = {"use_classes": ["recognition"], "purposes": ["research"], "territories": ["*"]}
    more = {"modalities": ["voice"], "commercial": True, "zone": zone, "valid_until": last}
    terms = Terms.parse({"valid_from": "2026-10-01", **told, **more})
    for at, open_ in ((over - timedelta(microseconds=1), True), (over, False)):
        request = Request("acme-lab", Purpose.RESEARCH, UseClass.RECOGNITION, at)
        assert decide(terms, request).permit is open_
        assert permits(Rule.of(terms), Ask.of(request)) is open_
        assert terms.in_term(at) is open_


def test_every_fault_is_told_with_the_field_that_it_is_mended_in() -> None:
    good = {"valid_from": START}
    for told, names in (
        ({"territories": ["XX"], "notice_days": -1}, {"territories.0", "notice_days"}),
        ({"pay": {"session_fee": {"currency": "USD", "micro": 1}}}, {"pay"}),
        (
            {"train_until": "2026-08-01", "valid_until": "2026-07-01", "majority_on": "2030-01-01"},
            {"valid_until", "train_until", "majority_on"},
        ),
    ):
        with pytest.raises(ValidationError) as fault:
            Terms.model_validate({**good, **told})
        assert {name for name, _ in by_field(fault.value)} == names
