"""The report: one file that needs nothing else, says what the card says, and flatters nobody."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import etree
from tests.training.whistles import GROUNDS, PEOPLE, QUICK, examples

from yesand.affect.evaluating import Beside, Known, evaluate
from yesand.affect.evaluating.dimensional import agreement
from yesand.training import card, folder, runs
from yesand.training.around import Around
from yesand.training.reporting import can_report, report
from yesand.training.reporting.words import percent

LABELS = ("anger", "calm", "fear")


def told(people: int = 12, **more: Any) -> dict[str, Any]:
    rng = np.random.default_rng(people)
    label, whose = np.arange(120) % 3, [f"performer-{k % people:016x}" for k in range(120)]
    p = rng.dirichlet(np.ones(3), 120) + 0.5 * np.eye(3)[label]
    scores = evaluate(p / 1.5, label, whose, more.pop("labels", LABELS), Beside(**more))
    return {"scores": scores.as_json(), "scored_how": "folds by performer", "marks": ["TRIAL: x"]}


class Seen(HTMLParser):
    """Collects what a page brings along, and what it asks for from elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.ids: list[str] = []
        self.words = ""
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.asked += [str(v) for k, v in attrs if k in {"src", "href"} or k.startswith("on")]
        self.asked += [f"style of {tag}" for k, _ in attrs if k == "style"]
        self.open.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_report_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    page = report(told())
    seen = Seen(page)
    assert seen.asked == ["data:,"] and "script" not in seen.open and "@import" not in page
    assert not re.search(r"url\(|https?://(?!www\.w3\.org/2000/svg)", page)


def test_every_plot_is_well_formed_named_and_has_its_table() -> None:
    page = report(told(groups={"sex": ["f", "m"] * 60}, folds=["a", "b"] * 60,
                       votes=np.random.default_rng(0).integers(0, 6, (120, 3))))  # fmt: skip
    drawn = re.findall(r"<svg.*?</svg>", page, re.S)
    assert len(drawn) == 6
    for one in drawn:
        root = etree.fromstring(one.encode())
        assert root.get("role") == "img" and len(root.get("aria-label")) > 20
        assert "nan" not in one and "e-" not in re.sub(r'aria-label="[^"]*"|>[^<]*<', "", one)
    for title in ("Performers", "Takes", "Bins", "Every coverage", "From the rest"):
        assert f"<summary>{title}, as a table</summary>" in page
    assert page.count("<table>") >= 10 and "By sex" in page and "Fold by fold" in page


def test_a_report_says_what_its_card_says_and_the_worst_first() -> None:
    facts = told()
    page, scores = report(facts), facts["scores"]
    text = Seen(page).words
    for name in ("uar", "accuracy", "macro_f1", "ece"):
        assert percent(scores[name]) in text
    worst = scores["worst_performer"]
    assert text.index(percent(worst["uar"])) < text.index(percent(scores["uar"]))
    assert "TRIAL: x" in text and all(who in text for who in scores["performers"])
    lines = card.markdown(card.card([], GROUNDS, None) | facts)
    assert f"UAR {100 * scores['uar']:.1f} %" in lines and "report.html" in lines


def test_what_makes_figures_less_than_they_seem_is_said() -> None:
    few = Seen(report(told(people=3))).words
    assert "Only 3 performers" in few and "had not met these performers" in few
    lacking = told(folds=["1", "2", "3"] * 40)
    assert "Fold 1 has no take of calm, fear" in Seen(report(lacking)).words
    assert "All takes are one performer's" in Seen(report(told(people=1))).words


def test_names_and_labels_are_shown_and_never_run() -> None:
    evil = '"><script>alert(1)</script>'
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(2), 8)
    scores = evaluate(p, np.arange(8) % 2, [evil, "b"] * 4, (evil, "calm")).as_json()
    page = report({"scores": scores, "scored_how": evil, "marks": [evil]}, evil)
    assert "<script" not in page and "script" not in Seen(page).open
    assert evil in Seen(page).words


def test_a_run_leaves_its_report_with_pseudonyms_and_what_raters_heard(tmp_path: Path) -> None:
    troupe = examples(tmp_path / "troupe")
    votes = {e.sha256: {"glad": 1, "bored": 1} | {e.emotion: 3} for e in troupe}
    groups = {"hall": {e.sha256: ("north", "south")[n % 2] for n, e in enumerate(troupe)}}
    record = runs.train(troupe, GROUNDS, QUICK, tmp_path / "m", Around(known=Known(groups, votes)))
    page = (tmp_path / "m" / "report.html").read_text("utf-8")
    assert page == report(record.card) and can_report(record.card)
    words = Seen(page).words
    assert (
        "By hall" in words
        and "Beside people" in words
        and f"{percent(0.2143)} of the ratings" in words
    )
    assert not any(name in page for name in PEOPLE) and "performer 1" in words
    assert "beside" in (tmp_path / "m" / folder.CARD).read_text("utf-8")


def test_enrolment_and_axes_are_told_by_themselves() -> None:
    facts = told()
    facts["enrolled"] = {"enrolled_by": [12, 20], **told(people=11)["scores"]}
    axis = agreement(np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 4.0]))
    facts["scores"]["axes"] = {"valence": axis.as_json()}
    words = Seen(report(facts)).words
    assert "had heard 12 to 20 takes" in words and "the 120 other takes" in words
    first = words.index(percent(facts["scores"]["uar"]))
    assert first < words.index(percent(facts["enrolled"]["uar"]), words.index("With enrolment"))
    assert "valence30.5711.0001.000" in words
    assert "With enrolment" not in Seen(report(told())).words


def test_a_card_of_an_older_run_has_no_report() -> None:
    assert not can_report({"scores": None}) and not can_report({"scores": {"uar": 0.5}})


@pytest.mark.parametrize("people", [1, 2, 90])
def test_a_report_holds_one_performer_and_ninety(people: int) -> None:
    page = report(told(people))
    assert ("best are in the table alone" in page) == (people > 60)
