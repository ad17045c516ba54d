"""What is wrong with terms that a person filled in is said at the field, in their words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from yesand.agreements.comparing.values import ENGLISH
from yesand.agreements.negotiating.advice import advice
from yesand.agreements.negotiating.forms import CounterForm
from yesand.agreements.negotiating.units import shown
from yesand.agreements.templates import standard
from yesand.agreements.terms import Terms

TERMS = standard("recognition", date(2026, 10, 1)).terms
REPLICA = {"use_classes": ["replica"], "described_use": "A clock."}


@pytest.mark.parametrize(
    ("told", "field", "said"),
    [
        ({"territories": ["DE", "GERMANY"]}, "territories.1", "“GERMANY” is not a country’s code"),
        ({"pay": {"revenue_share_ppm": 1_010_000}}, "pay.revenue_share_ppm", "At most 100 %."),
        ({"pay": {"realtime_multiple_ppm": 1}}, "pay.realtime_multiple_ppm", "At least 1 ×."),
        ({"notice_days": 4000}, "notice_days", "At most 3650."),
        ({"pay": {"basis": {"minutes": 1}}}, "pay.basis.reliance", "must add up to 100 %."),
        ({"zone": "Mars"}, "zone", "“Mars” is not a time zone, such as"),
        ({"described_use": "a\nb"}, "described_use", "in one line"),
        ({"valid_until": "2020-01-01"}, "valid_until", "The last day lies before the first."),
        ({"train_until": "2099-01-01"}, "train_until", "between the first day and the last"),
        ({**REPLICA, "described_use": ""}, "described_use", "Say exactly"),
        ({**REPLICA, "use_classes": ["replica", "synthesis"]}, "use_classes", "of its own"),
        ({"minor": True, "represented_by": "none"}, "represented_by", "parent or guardian"),
    ],
)
def test_a_fault_is_said_at_its_field(told: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(ValidationError) as fault:
        Terms.model_validate({"valid_from": "2026-10-01", **told})
    found = dict(advice(fault.value, ENGLISH))
    assert said in found[field]


def test_a_number_is_shown_in_the_unit_that_it_is_filled_in_with() -> None:
    assert shown("pay.contribution_ppm", 125_000) == "12.5 %"
    assert shown("pay.basis.minutes", 1_000_000) == "100 %"


def filled_in(**other: Any) -> CounterForm:
    blank = CounterForm(TERMS, ENGLISH)
    told = {name: field.initial for name, field in blank.fields.items()}
    form = CounterForm(TERMS, ENGLISH, {**told, **other})
    assert form.is_valid(), form.errors
    return form


def test_all_that_is_agreed_on_can_be_answered() -> None:
    assert filled_in().changed == TERMS
    shares = {"pay.basis.reliance": "50", "pay.basis.minutes": "25", "pay.basis.equal": "25"}
    other = {"zone": "Europe/Berlin", "post_mortem": "yes", "pay.fallback": "equal", **shares}
    made = filled_in(**other).changed
    assert made.zone == "Europe/Berlin" and made.post_mortem and made.pay.fallback == "equal"
    assert made.pay.basis.minutes == made.pay.basis.equal == 250_000


def test_where_nothing_is_named_nothing_is_shown() -> None:
    nowhere = TERMS.model_copy(update={"territories": frozenset()})
    assert CounterForm(nowhere, ENGLISH).fields["territories"].initial == ""


def test_choices_are_said_in_plain_words() -> None:
    form = CounterForm(TERMS, ENGLISH)
    said = str(form)
    for words in (
        "make systems that read emotion in other people",
        "measurements taken from the recordings (features)",
        "encrypted, and outsiders check it",
        "The agreement ends with the performer&#x27;s death.",
    ):
        assert words in said
