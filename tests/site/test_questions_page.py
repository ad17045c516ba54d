"""A producer sets what raters are asked; the page of a take then asks that and no more."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from stage import Stage

from yesand.affect.models import QuestionsSet, Rating
from yesand.affect.questions.questions import Questions
from yesand.affect.questions.services import of, standing
from yesand.takes.models import Project

pytestmark = pytest.mark.one_database


def test_what_a_producer_leaves_out_is_on_no_page(stage: Stage, as_: dict[str, Client]) -> None:
    where, producer = reverse("rating_questions"), as_["producer"]
    assert where in producer.get(reverse("ratings")).content.decode()
    assert producer.post(where, {"line": "on"}).status_code == 422
    assert not QuestionsSet.objects.exists()
    assert producer.post(where, {"axes": "on"}).status_code == 302
    sent = as_["rater"].post(reverse("rate_next"))
    page = as_["rater"].get(sent["Location"]).content.decode()
    assert 'name="label"' not in page and 'name="valence"' in page and "data-no-line" in page
    told = {"number": "1", "valence": "7", "arousal": "3", "dominance": "5", "label": "anger"}
    assert as_["rater"].post(sent["Location"], told).status_code == 302
    assert Rating.objects.get().emotions == {}
    assert "Pleasant? 7" in as_["rater"].get(reverse("rate")).content.decode()


def test_a_project_has_questions_of_its_own_until_it_asks_as_the_house(
    stage: Stage, as_: dict[str, Client]
) -> None:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    film = Project.objects.create(
        slug="film", title="Film", made_by=stage.users["producer"], made_at=at
    )
    where = f"{reverse('rating_questions')}?project=film"
    as_["producer"].post(where, {"emotions": "on"})
    assert of(film.pk, standing()) == Questions(axes=False, line=False)
    as_["producer"].post(where, {"as_house": "on", "emotions": "on"})
    assert of(film.pk, standing()) == Questions()
    assert as_["producer"].get(f"{where}s").status_code == 404
