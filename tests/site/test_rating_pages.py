"""The rating pages: blind, one take at a time, corrected by what follows, and nobody else's."""

from __future__ import annotations

import io
import re

import pytest
import soundfile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from stage import Stage

from yesand.affect.models import Rating, Showing, Skip
from yesand.people.models import Seat
from yesand.takes.models import Take

AXES = {"valence": "7", "arousal": "3", "dominance": "5"}
#: What a page may not say, whoever acted, whatever they played, wherever it came from.
TELLING = re.compile(r"Ada|Ben\b|Cleo|Actor|\.wav|late-train", re.I)


@pytest.fixture
def rater(as_: dict[str, Client]) -> Client:
    return as_["rater"]


def begun(rater: Client) -> tuple[str, Showing]:
    """Ask for the next take; return its address and what is shown."""
    sent = rater.post(reverse("rate_next"))
    assert sent.status_code == 302
    return sent["Location"], Showing.objects.order_by("at", "pk").last() or pytest.fail("nothing")


def answer(rater: Client, address: str, **more: str) -> str:
    """Judge a take; return where one is sent."""
    told = {"number": "1", "label": "anger", "intensity-anger": "80", **AXES, **more}
    sent = rater.post(address, told)
    assert sent.status_code == 302, sent.content.decode()
    return sent["Location"]


def test_a_rater_is_blind_to_who_acted_and_what(stage: Stage, rater: Client) -> None:
    address, showing = begun(rater)
    page = rater.get(address)
    main = page.content.decode().partition("<main")[2].partition("</main>")[0]
    assert not TELLING.search(main) and showing.take.sha256[:12] not in main
    assert showing.take.sha256[:12] not in address
    for sent in (page, rater.get(reverse("rate_media", args=[showing.pk]))):
        heads = " ".join(f"{name}: {value}" for name, value in sent.items())
        assert not TELLING.search(heads) and showing.take.sha256[:12] not in heads
        assert showing.take.emotion not in heads


def test_what_is_heard_is_the_recording_without_its_files_own_words(
    stage: Stage, rater: Client
) -> None:
    path = next(stage.house.place.media.glob("??/??/*.wav"))
    with soundfile.SoundFile(path, "r+") as file:
        file.title = "Ada is angry"
    _, showing = begun(rater)
    where = reverse("rate_media", args=[showing.pk])
    whole = rater.get(where)
    heard, rate = soundfile.read(io.BytesIO(whole.content))
    assert rate == showing.take.sample_rate
    assert round(1000 * len(heard) / rate) == showing.take.duration_ms
    assert b"LIST" not in whole.content and b"Ada" not in whole.content
    part = rater.get(where, headers={"range": "bytes=4-7"})
    assert part.status_code == 206 and part.content == whole.content[4:8]
    tag = whole["ETag"]
    assert rater.get(where, headers={"if-none-match": tag}).status_code == 304
    assert rater.get(where, headers={"range": "bytes=99999999-"}).status_code == 416


def test_a_rating_is_kept_once_and_a_correction_follows_it(stage: Stage, rater: Client) -> None:
    address, showing = begun(rater)
    trace = '{"valence": [[0, 5000], [600, 8500]]}'
    following = answer(rater, address, trace=trace, spent="3100")
    assert following != address
    answer(rater, address, trace=trace, spent="3100")  # sent twice
    first = Rating.objects.get(showing=showing)
    assert first.emotions == {"anger": 80} and first.axes["valence"] == 7000
    assert first.trace == {"valence": [[0, 5000], [600, 8500]]} and first.source == "page"
    other = rater.post(address, {"number": "1", "label": "fear", "intensity-fear": "20", **AXES})
    assert other.status_code == 422 and Rating.objects.count() == 1
    again = rater.get(address).content.decode()
    assert 'value="anger" checked' in again and 'name="number" value="2"' in again
    answer(rater, address, number="2", valence="2")
    second = Rating.objects.get(follows=first)
    assert second.axes["valence"] == 2000 and first.followed_by.get() == second
    assert second.entry.index > first.entry.index


def test_a_rater_gets_each_take_once_and_none_of_their_own(stage: Stage, rater: Client) -> None:
    rafi = stage.users["rater"]
    Seat.objects.create(user=stage.users["ada"], role=Seat.Role.RATER)
    ada = Client()
    ada.force_login(stage.users["ada"])
    given = []
    address, _ = begun(ada)
    while address != reverse("rate"):
        given.append(Showing.objects.get(pk=address.strip("/").rpartition("/")[2]))
        address = answer(ada, address)
    mine = Take.objects.filter(state="accepted").exclude(performer__handle="Ada")
    assert {row.take_id for row in given} == {take.pk for take in mine}
    assert len(given) == len(mine) == 8
    assert not Showing.objects.filter(rater__user=rafi).exists()


def test_what_cannot_be_told_is_kept_with_its_reason_and_not_shown_again(
    stage: Stage, rater: Client
) -> None:
    address, showing = begun(rater)
    where = reverse("rate_skip", args=[showing.pk])
    assert rater.post(where, {"reason": "other"}).status_code == 422
    sent = rater.post(where, {"reason": "broken", "words": "a siren"})
    assert sent.status_code == 302 and sent["Location"] != address
    assert rater.post(where, {"reason": "cannot-tell"}).status_code == 302  # the first holds
    made = Skip.objects.get()
    assert (made.reason, made.words, made.entry.kind) == ("broken", "a siren", "rating.skipped")
    page = rater.get(reverse("rate")).content.decode()
    assert "It is broken" in page and "<dd>1</dd>" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"label": ""}, "no emotion of the space"),
        ({"intensity-anger": "900"}, "whole number from 1 to 100"),
        ({"arousal": "0"}, "Set all three sliders"),
        ({"valence": "12"}, "whole number from 1 to 9"),
        ({"trace": "[1, 2]"}, "What was drawn cannot be read"),
        ({"trace": '{"valence": [[0, 5000], [0, 6000]]}'}, "times must grow"),
        ({"trace": '{"valence": [[0, 99000]]}'}, "lies outside"),
        ({"trace": '{"valence": [[99000, 5000]]}'}, "The trace runs to"),
        ({"number": "7"}, "sent in the meantime"),
    ],
)
def test_what_no_control_can_say_is_refused_and_the_rest_stays_filled_in(
    stage: Stage, rater: Client, wrong: dict[str, str], said: str
) -> None:
    address, _ = begun(rater)
    told = {"number": "1", "label": "anger", "intensity-anger": "80", **AXES, **wrong}
    sent = rater.post(address, told)
    page = sent.content.decode()
    assert sent.status_code == 422 and said in page and 'role="alert"' in page
    assert not Rating.objects.exists() and 'value="5"' in page


def test_the_page_speaks_german(stage: Stage, rater: Client) -> None:
    address, _ = begun(rater)
    page = rater.get(address, headers={"accept-language": "de"}).content.decode()
    assert "Was hören Sie?" in page and "Speichern und weiter" in page and "Angst" in page
    assert "Takes bewerten" in page and "scale(0.55)" in page  # a drawing has no language


def test_how_much_one_said_costs_no_query_each(stage: Stage, rater: Client) -> None:
    counted = []
    for _ in range(3):
        answer(rater, begun(rater)[0])
        with CaptureQueriesContext(connection) as asked:
            page = rater.get(reverse("rate"))
        counted.append(len(asked))
    assert page.content.decode().count("Correct it") == 3
    assert counted[1] == counted[2]
