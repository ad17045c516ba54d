"""A report's figures: each from a query, the same when asked again, and none that tells of one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yesand
from small_troupe import ask, troupe
from yesand.corpus.services import gate
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import Refused
from yesand.newsroom import citations, services
from yesand.newsroom.models import Report
from yesand.newsroom.reporting.figure import FEWEST, Figure, Part, part, parts
from yesand.newsroom.reporting.queries import QUESTIONS
from yesand.newsroom.reporting.services import again, compute, figures_of, report_of
from yesand.newsroom.reporting.telling import shown
from yesand.people.models import Performer
from yesand.provenance import dsse

OCTOBER = Period(2026, 10)


@pytest.fixture
def filled(house: yesand.House, tmp_path: Path, clock: SetClock) -> yesand.House:
    """Three performers who signed and performed in October, one request; it is November now."""
    troupe(house, tmp_path / "recordings")
    gate(house.place, ask(house))
    clock.at = datetime(2026, 11, 2, tzinfo=UTC)
    return house


def values(figure: Figure) -> dict[str, int | None]:
    return {p.label: p.value for p in figure.parts}


def test_figures_count_what_is_there(filled: yesand.House) -> None:
    compute(filled.place, OCTOBER)
    found = figures_of(report_of("2026-10"))
    assert values(found["performers"]) == {"performers": 3}
    assert values(found["agreements"]) == {"individual": 3, "licence": 0, "trial": 0}
    assert values(found["takes"]) == {"accepted": 9, "rejected": 0, "disputed": 0}
    assert values(found["decisions"]) == {"permitted": 9, "denied": 0}
    assert values(found["withdrawals"]) == {"withdrawals": 0}
    assert values(found["royalties-owed"]) == {"nothing": 0}


def test_every_figure_asked_again_is_the_same_whatever_came_later(
    filled: yesand.House, tmp_path: Path, clock: SetClock
) -> None:
    compute(filled.place, OCTOBER)
    troupe(filled, tmp_path / "more", performers=("Dora", "Emil", "Fay"), rate=22_050)
    filled.obligations(filled.withdraw("Alba"))
    gate(filled.place, ask(filled))
    clock.at = datetime(2026, 12, 2, tzinfo=UTC)
    report = report_of("2026-10")
    for question in QUESTIONS:
        asked = again(report, question.name)
        assert asked.agrees, f"{question.name}: {asked.signed.parts} was {asked.now.parts}"
        assert asked.signed.query == asked.now.query


def test_a_dispute_that_comes_later_does_not_change_what_was_told(
    filled: yesand.House, tmp_path: Path, clock: SetClock
) -> None:
    compute(filled.place, OCTOBER)
    troupe(filled, tmp_path / "same", performers=("Dora", "Emil", "Fay"))  # the same recordings
    clock.at = datetime(2026, 12, 2, tzinfo=UTC)
    compute(filled.place, Period(2026, 11))
    for name in ("takes", "minutes"):
        assert again(report_of("2026-10"), name).agrees
    then, now = (figures_of(report_of(m))["takes"] for m in ("2026-10", "2026-11"))
    assert values(then) == {"accepted": 9, "rejected": 0, "disputed": 0}
    assert values(now) == {"accepted": 0, "rejected": 0, "disputed": 18}


def test_a_report_tells_of_a_month_and_not_of_what_came_after_it(
    filled: yesand.House, tmp_path: Path
) -> None:
    troupe(filled, tmp_path / "more", performers=("Dora", "Emil", "Fay"), rate=22_050)
    filled.withdraw("Alba")
    compute(filled.place, OCTOBER)
    found = figures_of(report_of("2026-10"))
    assert values(found["performers"]) == {"performers": 3}
    assert values(found["takes"])["accepted"] == 9
    assert values(found["withdrawals"]) == {"withdrawals": 0}


def test_what_rests_on_one_or_two_people_is_withheld(filled: yesand.House, clock: SetClock) -> None:
    filled.obligations(filled.withdraw("Alba"))
    clock.at = datetime(2026, 12, 2, tzinfo=UTC)
    article = compute(filled.place, Period(2026, 11))
    found = figures_of(report_of("2026-11"))
    assert values(found["withdrawals"]) == {"withdrawals": None}
    assert all(p.withheld for p in found["obligations"].parts)
    told = str(article.draft)
    assert "Withdrawals: withheld." in told
    for name in Performer.objects.values_list("handle", flat=True):
        assert name not in told and name not in str(report_of("2026-11").figures)


def test_a_report_is_signed_logged_and_computed_once(filled: yesand.House) -> None:
    article = compute(filled.place, OCTOBER)
    assert compute(filled.place, OCTOBER) == article
    report = Report.objects.get()
    signer = filled.place.signer
    told = dsse.opened(report.envelope, {signer.id: signer.public})["predicate"]
    assert told["figures"] == report.figures and told["log_size"] == report.log_size
    assert report.entry.index == report.log_size


def test_a_report_is_a_draft_in_which_every_sentence_names_its_figure(filled: yesand.House) -> None:
    article = compute(filled.place, OCTOBER)
    what = services.content_of(article)
    citations.check(what)
    assert article.state == "draft"
    assert {s.url for s in what.sources[1:]} == {
        f"/newsroom/figures/2026-10/{q.name}/" for q in QUESTIONS
    }
    assert [t for t in citations.thin(what) if not t.startswith(("This is", "A figure"))] == []


def test_an_open_month_is_not_told(filled: yesand.House) -> None:
    with pytest.raises(Refused, match="still open"):
        compute(filled.place, Period(2026, 11))


def test_an_empty_house_has_a_report_too(house: yesand.House) -> None:
    article = compute(house.place, Period(2026, 9))
    citations.check(services.content_of(article))


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 6)), max_size=6))
def test_nothing_withheld_can_be_had_by_taking_the_rest_from_the_whole(
    rows: list[tuple[int, int]],
) -> None:
    told = [(f"row {i}", value, min(people, value)) for i, (value, people) in enumerate(rows)]
    made = parts(told)
    for row, (_, value, people) in zip(made, told, strict=True):
        assert row.withheld or row.value == value
        assert row.withheld or people == 0 or people >= FEWEST
    hidden = sum(p.withheld for p in made)
    others = sum(1 for p in made if p.value)
    assert hidden != 1 or others == 0


def test_values_are_written_for_people() -> None:
    assert part("p", 2, 2) == Part(label="p", value=None)
    assert shown(Part(label="p", value=None)) == "withheld"
    assert shown(Part(label="p", value=1_234), "min") == "1,234 min"
    assert shown(Part(label="EUR", value=2_650_807_201, currency="EUR")) == "2,650.807201 EUR"
    assert shown(Part(label="JPY", value=1_234_000_000, currency="JPY")) == "1,234 JPY"
