"""The pages speak German to whoever wishes; what is signed stays as it was signed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override
from stage import Stage

from yesand.kernel.wording import Sentence
from yesand.meetings.availability import spoken
from yesand.people.acting import RIGHTS
from yesand.people.happenings import WORDS, Happened
from yesand.people.scopes import SCOPES
from yesand.people.security.services import happened
from yesand.people.speaking import in_words

DAY = timedelta(days=1)
GERMAN = {"accept-language": "de"}


def test_a_browser_is_answered_in_its_language(stage: Stage) -> None:
    page = Client().get("/", headers=GERMAN).content.decode()
    assert '<html lang="de">' in page and "bleibt in der Leitung" in page
    assert (
        '<html lang="en">' in Client().get("/", headers={"accept-language": "fr"}).content.decode()
    )


def test_anyone_may_choose_a_language_and_it_stays(stage: Stage) -> None:
    client = Client()
    answer = client.post(reverse("set_language"), {"language": "de"}, headers={"referer": "/log/"})
    assert answer.status_code == 302
    assert "Anmelden" in client.get("/").content.decode()
    client.post(reverse("set_language"), {"language": "en"})
    assert "Log in" in client.get("/").content.decode()


def test_figures_and_moments_are_written_as_the_language_does(as_: dict[str, Client]) -> None:
    english = as_["ada"].get(reverse("reports")).content.decode()
    german = as_["ada"].get(reverse("reports"), headers=GERMAN).content.decode()
    moment = re.compile(r'<time datetime="([^"]+)">([^<]+)</time>')
    assert moment.findall(english)[0] == ("2026-10-01T00:00:00Z", "1 Oct 2026, 00:00 UTC")
    assert moment.findall(german)[0] == ("2026-10-01T00:00:00Z", "1. Okt. 2026, 00:00 UTC")
    page = as_["ada"].get(reverse("performer", args=["Ada"]), headers=GERMAN).content.decode()
    assert "52,0\u00a0%" in page and "52.0\u00a0%" not in page


def test_an_error_is_kind_in_german_too(stage: Stage) -> None:
    page = Client().get("/no/such/page", headers=GERMAN).content.decode()
    assert "Hier ist nichts für Sie" in page and "Reference" not in page


def test_what_is_signed_stays_in_the_language_of_its_signature(
    stage: Stage, as_: dict[str, Client]
) -> None:
    address = reverse("statement_document", args=[stage.statement.digest])
    documents = [as_["ada"].get(address, headers=h) for h in (GERMAN, {"accept-language": "en"})]
    bodies = [b"".join(d) if d.streaming else d.content for d in documents]
    assert bodies[0] == bodies[1]
    page = as_["ada"].get(reverse("agreement", args=[stage.agreement.digest]), headers=GERMAN)
    assert stage.agreement.summary.splitlines()[0] in page.content.decode()


def test_what_happened_and_what_others_may_do_is_told_in_german_too(
    stage: Stage, as_: dict[str, Client]
) -> None:
    happened(Happened.LOGIN, stage.users["ada"])
    history = as_["ada"].get(reverse("account_history"), headers=GERMAN).content.decode()
    assert "Sie haben sich angemeldet" in history and "You logged in" not in history
    delegates = as_["ada"].get(reverse("account_delegates"), headers=GERMAN).content.decode()
    assert "in Ihrem Namen widerrufen" in delegates and "your" not in delegates
    tokens = as_["ada"].get(reverse("account_tokens"), headers=GERMAN).content.decode()
    assert "Ihre Termine sehen" in tokens and "see your meetings" not in tokens


def test_every_happening_right_and_scope_has_german_words() -> None:
    every = [*WORDS.values(), *RIGHTS.values(), *SCOPES.values()]
    with override("de"):
        assert [words for words in every if gettext(words) == words] == []


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"kind": "talk", "wall": "2027-03-28T02:30"},
            "Am 28. März 2027 gibt es in Europe/Berlin kein 02:30: Die Uhren werden darüber "
            "hinweg vorgestellt. Nehmen Sie 01:30 oder 03:30.",
        ),
        ({"kind": "rating"}, "Eine Bewertung braucht jemanden, der bewertet."),
        ({"kind": "talk", "at": "2020-01-01T10:00:00Z"}, "Diese Zeit ist vorbei."),
    ],
)
def test_why_a_meeting_cannot_be_is_told_in_german_too(
    stage: Stage, as_: dict[str, Client], asked: dict[str, str], told: str
) -> None:
    producer = stage.users["producer"]
    producer.zone = "Europe/Berlin"
    producer.save()
    query = {"who": str(stage.users["ada"].pk), **asked}
    page = as_["producer"].get(reverse("meeting_book"), query, headers=GERMAN).content.decode()
    assert told in re.sub(r"<[^>]+>", "", page)


def test_a_refusal_is_put_into_the_readers_words() -> None:
    soon = Sentence("%(who)s is to be asked at least %(span)s before", who="Ada", span=spoken(DAY))
    assert soon == "Ada is to be asked at least 24 hours before"
    with override("de"):
        assert in_words(soon) == "Ada möchte mindestens 24 Stunden vorher gefragt werden"
        assert in_words("a word that no catalogue has") == "a word that no catalogue has"
        assert in_words("") == ""
