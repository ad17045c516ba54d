"""Every term found in real agreements between performers and AI companies, row by row.

For each: typed fields, a plain sentence in both languages, a default that protects the performer
(a looser value is worse for them), and what it does: to a decision, or as a duty of the agreement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from yesand.agreements import wording
from yesand.agreements.comparing.effects import DIRECTIONS, Effect, effect
from yesand.agreements.comparing.kinds import annotation, read
from yesand.agreements.comparing.values import fields
from yesand.agreements.decision import Request, decide
from yesand.agreements.odrl.document import document
from yesand.agreements.odrl.parts import Frame
from yesand.agreements.templates import STANDARDS, standard
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Action, Material, Purpose, UseClass
from yesand.kernel.errors import BadInput

START = date(2026, 10, 1)
ASKED = Request(
    "acme-lab",
    Purpose.RESEARCH,
    UseClass.RECOGNITION,
    datetime(2026, 10, 2, 12, tzinfo=UTC),
    territory="DE",
    commercial=False,
)
#: Terms that permit what is asked for, with every other term as it is if nobody says anything.
OPEN: dict[str, Any] = {
    "valid_from": "2026-10-01",
    "use_classes": ["recognition"],
    "purposes": ["research"],
    "modalities": ["voice"],
    "territories": ["DE"],
}
REPLICA = {"use_classes": ["replica"], "described_use": "The voice of a talking tram"}


@dataclass(frozen=True)
class Row:
    """One term as it was found.

    Attributes
    ----------
    looser : field → a value that is worse for the performer than the default.
    said : fields whose sentence says it, beside those.
    terms, asked : what the terms and the request are where it decides; ``denies`` is the clause.
    duty : what the agreement obliges to, by the name of the duty or prohibition in ODRL.
    standards : field → whether every standard agreement must promise it.
    """

    name: str
    looser: Mapping[str, Any] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    terms: Mapping[str, Any] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)
    strike: bool = False
    denies: str = ""
    duty: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()


ROWS = (
    Row(
        "separate clear signature",
        said=("use_classes",),
        terms={"use_classes": ["recognition", "replica"], "version": 1},
        asked={"use_class": UseClass.REPLICA},
        denies="signature",
    ),
    Row(
        "closed list of specific uses",
        {"purposes": ["research"], "use_classes": ["recognition"], "territories": ["*"]},
        said=("described_use",),
        asked={"purpose": Purpose.ENTERTAINMENT},
        denies="purposes",
    ),
    Row(
        "replica vs non-identifiable foundation model",
        {"use_classes": ["replica"]},
        terms={"use_classes": ["synthesis"]},
        asked={"use_class": UseClass.REPLICA},
        denies="use_classes",
    ),
    Row(
        "raw audio vs derived features",
        {"materials": ["features", "raw"]},
        asked={"material": Material.RAW},
        denies="materials",
    ),
    Row(
        "term and about three-year training cap",
        {"train_until": None, "valid_until": None},
        said=("valid_from", "zone"),
        asked={"at": datetime(2029, 10, 2, 12, tzinfo=UTC)},
        denies="train_until",
    ),
    Row(
        "per-use approval",
        {"approval_per_use": []},
        terms=REPLICA,
        asked={"use_class": UseClass.REPLICA},
        denies="approval_per_use",
    ),
    Row(
        "category bans",
        {"banned_purposes": []},
        asked={"purpose": Purpose.POLITICAL},
        denies="banned_purposes",
        duty=("banned",),
    ),
    Row(
        "session fee plus revenue share for the life of the model",
        said=("pay", "pays_while_in_use"),
        terms={
            "pay": {"session_fee": {"currency": "EUR", "micro": 1}, "revenue_share_ppm": 60_000}
        },
        duty=("session-fee", "revenue-share"),
        standards=("pay.session_fee",),
    ),
    Row(
        "minimums",
        said=("pay",),
        terms={"pay": {"minimum_per_period": {"currency": "EUR", "micro": 2_000_000}}},
        duty=("minimum",),
    ),
    Row(
        "pension and health contributions on top",
        said=("pay",),
        terms={"pay": {"contribution_ppm": 210_000}},
        duty=("contribution",),
        standards=("pay.contribution_ppm",),
    ),
    Row(
        "real-time generation multiple (7.5× scale)",
        {"pay.realtime_multiple_ppm": 1_000_000},
        duty=("pool",),
    ),
    Row(
        "opt-out deleting replica and recordings",
        {
            "withdrawing.delete_replica": False,
            "withdrawing.delete_replica_days": 90,
            "withdrawing.delete_recordings_days": 90,
            "withdrawing.stop_training_days": 1,
            "withdrawing.retrain_or_retire_days": 365,
            "withdrawing.confirm_deletion": False,
        },
        duty=("stop-training", "delete-recordings", "delete-replica", "confirm-deletion"),
    ),
    Row("notice period", {"notice_days": 0}, duty=("notice",)),
    Row(
        "suspension during a strike",
        {"suspended_in_strike": False},
        strike=True,
        denies="suspended_in_strike",
        duty=("strike",),
    ),
    Row("non-exclusive", {"exclusive": True, "onward_licensing": True}),
    Row(
        "moral rights",
        {"moral_rights_waived": True, "no_derogatory_use": False, "credit": False},
        duty=("respect", "credit"),
    ),
    Row(
        "security and reporting",
        {"report_every_months": 12, "breach_notice_hours": 720},
        said=("security",),
        duty=("security", "report", "breach-notice"),
    ),
    Row(
        "third-party training notice",
        {"third_party_training_notice": False},
        duty=("training-notice",),
    ),
    Row(
        "minors",
        said=("minor", "majority_on"),
        terms={"minor": True, "represented_by": "guardian", "majority_on": "2026-10-02"},
        denies="majority_on",
        duty=("of-age",),
    ),
    Row("post-mortem", said=("post_mortem",), duty=("end-at-death",)),
    Row("counsel or union representation", said=("represented_by",)),
)
each = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def _of(row: Row) -> Terms:
    return Terms.parse({**OPEN, **row.terms})


def _fields(row: Row) -> set[str]:
    told = {*row.looser, *row.said}
    return {name.partition(".")[0] for name in told}


@each
def test_it_is_a_typed_field(row: Row) -> None:
    assert _fields(row)
    for name in (*row.looser, *row.said):
        assert annotation(name) is not Any and annotation(name) is not None
    for name in row.looser:
        with pytest.raises(BadInput, match=name.partition(".")[2] or name):
            told: dict[str, Any] = {name: "no such value"}
            if "." in name:
                outer, _, inner = name.partition(".")
                told = {outer: {inner: "no such value"}}
            Terms.parse({**OPEN, **told})


@each
def test_it_is_said_in_plain_words_in_both_languages(row: Row) -> None:
    for name in _fields(row):
        english, german = (wording.sentence(_of(row), name, code) for code in ("en", "de"))
        assert english.endswith(".") and german.endswith(".") and english != german
        assert wording.heading(name) and wording.heading(name, "de")


@each
def test_its_default_protects_the_performer(row: Row) -> None:
    by_default = fields(Terms(valid_from=START).as_json())
    for name, looser in row.looser.items():
        assert effect(name, by_default[name], read(name, looser)) is Effect.WORSE
    for template in STANDARDS:
        promised = fields(standard(template, START).terms.as_json())
        assert all(promised[name] for name in row.standards)


@each
def test_it_does_what_it_says(row: Row) -> None:
    terms, asked = _of(row), replace(ASKED, **row.asked)
    assert decide(Terms.parse(OPEN), ASKED).permit
    decision = decide(terms, asked, strike=row.strike)
    if row.denies:
        assert not decision.permit and row.denies in {c.term for c in decision.clauses}
    made = document(terms, Frame("urn:a", "urn:p", "urn:o", "urn:t"))
    rules = [*made["obligation"], *made["prohibition"]]
    named = {rule["uid"].rpartition("#")[2] for rule in rules}
    assert set(row.duty) <= named
    assert row.denies or row.duty or row.looser or row.name == "counsel or union representation"


def test_every_row_is_there_once_and_every_term_that_can_be_worse_is_in_one() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) == 21
    found = {name for row in ROWS for name in (*_fields(row), *row.looser)}
    beside = {"version", "based_on", "modalities", "commercial", "share_alike", "trial"}
    of_corpus = {"corpus", "corpus_licence", "attribution"}
    assert {name.partition(".")[0] for name in DIRECTIONS} - found == beside | of_corpus


def test_exclusive_and_passed_on_are_said_to_machines() -> None:
    loose = Terms.parse({**OPEN, "exclusive": True, "onward_licensing": True})
    made = document(loose, Frame("urn:a", "urn:p", "urn:o", "urn:t"))
    assert "exclusivity" in {rule["uid"].rpartition("#")[2] for rule in made["obligation"]}
    assert "pass-on" in {rule["uid"].rpartition("#")[2] for rule in made["permission"]}


def test_measuring_goes_on_after_the_last_day_of_training() -> None:
    late = replace(ASKED, at=datetime(2029, 10, 2, 12, tzinfo=UTC), action=Action.EVALUATE)
    assert decide(Terms.parse(OPEN), late).permit
