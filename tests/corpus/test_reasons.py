"""A denial in the reader's language: the same reasons, in other words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override

from yesand.agreements.change import changes
from yesand.agreements.decision import Request, decide
from yesand.agreements.templates import standard
from yesand.corpus.templatetags.reasons import said

AT = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "german"),
    [
        ("synthesis is not named, so it is not licensed", "Synthese"),
        ("Would be permitted in Germany or France.", "Deutschland oder Frankreich"),
        ("a strike is on since 2026-10-01 (suspension ab12)", "(Aussetzung ab12)"),
        ("the performer withdrew this on 2026-10-01", "am 2026-10-01 widerrufen"),
    ],
)
def test_a_reason_is_said_in_german_with_what_it_names(told: str, german: str) -> None:
    with override("de"):
        assert german in said(told) and said(told) != told
    with override("en"):
        assert said(told) == told


def test_whatever_is_refused_is_said_in_german_throughout() -> None:
    terms = standard("recognition", date(2026, 11, 1)).terms
    denied = [
        Request("acme", "political", "synthesis", AT, territory="DE", material="raw"),
        Request("acme", "workplace", "recognition", AT, territory="DE", modality="face"),
        Request("acme", "research", "replica", AT, territory="FR", action="export"),
    ]
    for request in denied:
        clauses = decide(terms, request).clauses
        told = [c.reason for c in clauses] + [c.sentence for c in changes(clauses, request)]
        assert told
        with override("de"):
            assert [t for t in told if said(t) == t] == []


def test_a_sentence_that_nobody_knows_is_shown_as_it_was_made() -> None:
    with override("de"):
        assert said("the moon is full") == "the moon is full"
