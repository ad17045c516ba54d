"""Meetings by word of mouth: proposed, and done by the person's own click, once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from stage import Stage

from yesand.heidi.conversing import services as conversing
from yesand.heidi.models import Message, Proposal
from yesand.heidi.talking.services import write
from yesand.heidi.tools.asker import Asker
from yesand.meetings.calendars.services import Wishes, set_hours
from yesand.meetings.hours import Weekly
from yesand.meetings.models import Meeting

Who = Callable[[str], Asker]
OFFICE = [Weekly(day, 9 * 60, 17 * 60) for day in range(5)]


@pytest.fixture(autouse=True)
def office(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hours in which Ada and the producer may be met; the pages' clock is the house's."""
    monkeypatch.setenv("YESAND_NOW", "2026-11-02T00:00:00Z")
    for name in ("ada", "producer"):
        set_hours(stage.users[name], "UTC", OFFICE, [], Wishes(notice=0, cancel_notice=60), {})


def said(asker: Asker, text: str) -> Message:
    answer = conversing.say(asker, text, text)
    write(asker, answer)
    answer.refresh_from_db()
    return answer


def test_a_meeting_is_booked_moved_and_cancelled_by_clicks(
    asker: Who, stage: Stage, as_: dict[str, Client]
) -> None:
    ada = asker("ada")
    offered = said(ada, "Book a meeting").cards["suggestions"]
    assert offered, "free times are offered as buttons"
    proposal = said(ada, offered[0]).proposals.get()
    assert not Meeting.objects.exists(), "nothing is booked before the click"
    for _ in range(2):
        as_["ada"].post(reverse("heidi_decide", args=[proposal.pk]), {"yes": "1"})
    meeting = Meeting.objects.get()
    moved = said(ada, f"Move my meeting to {offered[-1].partition(' on ')[2]}").proposals.get()
    assert conversing.decide(ada, moved.pk, True).state == Proposal.State.DONE
    before, meeting = meeting.starts_at, Meeting.objects.get()
    assert meeting.starts_at != before
    cancelled = said(ada, "Cancel my meeting").proposals.get()
    assert conversing.decide(ada, cancelled.pk, False).state == Proposal.State.DROPPED
    assert Meeting.objects.get().state == Meeting.State.BOOKED
    again = said(ada, "Please cancel my meeting").proposals.get()
    conversing.decide(ada, again.pk, True)
    assert Meeting.objects.get().state == Meeting.State.CANCELLED


def test_nobody_confirms_for_another(asker: Who, as_: dict[str, Client]) -> None:
    offered = said(asker("ada"), "Book a meeting").cards["suggestions"]
    proposal = said(asker("ada"), offered[0]).proposals.get()
    address = reverse("heidi_decide", args=[proposal.pk])
    assert as_["ben"].post(address, {"yes": "1"}).status_code == 404
    assert as_["producer"].post(address, {"yes": "1"}).status_code == 404
    assert not Meeting.objects.exists()
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(asker("ada").user)
    assert careful.post(address, {"yes": "1"}).status_code == 403
    assert not Meeting.objects.exists()


def test_said_twice_is_said_once_and_too_often_is_told(asker: Who, as_: dict[str, Client]) -> None:
    for _ in range(2):
        as_["ada"].post(reverse("heidi_say"), {"text": "What is my balance?", "key": "one"})
    assert Message.objects.count() == 2
    statuses = [
        as_["ada"].post(reverse("heidi_say"), {"text": "Hello", "key": f"k{n}"}).status_code
        for n in range(conversing.A_MINUTE)
    ]
    assert statuses[-1] == 429 and statuses[0] == 302


def test_the_conversation_is_taken_home_and_erased(asker: Who, as_: dict[str, Client]) -> None:
    said(asker("ada"), "What is my balance?")
    told = as_["ada"].get(reverse("heidi_export")).json()
    assert [m["author"] for m in told["conversation"]] == ["person", "heidi"]
    as_["ada"].post(reverse("heidi_erase"))
    assert not Message.objects.exists()
