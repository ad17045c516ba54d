"""The page of ratings: agreement by emotion and rater, and the evidence against a rater."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from stage import Stage

from yesand.affect.rating.files import Defaults
from yesand.affect.rating.services import import_ratings

WORDS = {"anger": "anger", "joy": "happiness", "sadness": "sadness", "calm": "neutral"}


@pytest.fixture
def rated(stage: Stage, tmp_path: Path) -> Stage:
    """Four raters of every take: three careful ones and one who always says the same, at once."""
    rows = ["take,rater,emotions,scale,valence,seconds"]
    for who in ("Ada", "Ben", "Cleo"):
        for acted, label in WORDS.items():
            rows += [f"{who}-{acted}.wav,{name},{label}:60,sam,{4 + k},5"
                     for k, name in enumerate(("ann", "bob", "cat"))]  # fmt: skip
            rows.append(f"{who}-{acted}.wav,lazy,fear:10,sam,5,0.2")
    file = tmp_path / "ratings.csv"
    file.write_text("\n".join(rows) + "\n")
    assert import_ratings(stage.house.place, file, defaults=Defaults("ekman")).new == 48
    return stage


def test_a_producer_sees_who_agrees_and_who_does_not_listen(
    rated: Stage, as_: dict[str, Client]
) -> None:
    page = as_["producer"].get(reverse("ratings")).content.decode()
    assert "ekman@1" in page and page.count('<svg class="alpha"') >= 9
    assert "Says “fear” of 100.0" in page and "before they were over" in page
    assert page.index(">lazy<") < page.index(">ann<")
    as_["producer"].cookies["django_language"] = "de"
    german = as_["producer"].get(reverse("ratings"), headers={"accept-language": "de"})
    assert "Bewertungen" in german.content.decode()


def test_another_space_than_there_is_shows_the_first(rated: Stage, as_: dict[str, Client]) -> None:
    page = as_["auditor"].get(reverse("ratings"), {"space": "<b>", "modality": "voice"})
    assert page.status_code == 200 and "<b>" not in page.content.decode()


def test_of_one_rater_alone_the_page_says_that_nothing_is_known(
    stage: Stage, as_: dict[str, Client], tmp_path: Path
) -> None:
    file = tmp_path / "one.csv"
    file.write_text("take,rater,emotions,scale,valence\nAda-joy.wav,ann,happiness,sam,7\n")
    assert import_ratings(stage.house.place, file, defaults=Defaults("ekman")).new == 1
    for space in ("ekman@1", "sam@1"):
        asked = {"space": space, "modality": "voice"}
        page = as_["producer"].get(reverse("ratings"), asked).content.decode()
        assert "No take has two raters here" in page and "nan" not in page.lower()
