"""Meetings by word of mouth: proposed, and done by the person's own click, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from stage import Stage

from yesand.heidi.answering.services import answer, run
from yesand.heidi.conversing import services as conversing
from yesand.heidi.intents import Intent
from yesand.heidi.models import Message, Proposal
from yesand.heidi.reply import Reply
from yesand.heidi.slots import Change, Meet, Slots, read
from yesand.heidi.talking.services import write
from yesand.heidi.tools.asker import Asker
from yesand.kernel.clock import SetClock
from yesand.meetings import services as room
from yesand.meetings.calendars.services import Wishes, set_hours
from yesand.meetings.hours import DAY, Weekly
from yesand.meetings.models import Availability, Meeting
from yesand.meetings.models import Change as Changed

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


# -- A producer, who chooses whom to meet ---------------------------------------------------------


def test_a_producer_is_led_to_the_meeting_that_they_asked_for_and_confirms_it_there(
    asker: Who, as_: dict[str, Client]
) -> None:
    answer = said(asker("producer"), "Book a talk with Ada on Wednesday at 10")
    assert not answer.proposals.exists(), "a tool takes no name, so it proposes nothing"
    way = answer.cards["links"][0]
    assert "Ada" in way["label"] and "Wednesday, 2026-11-04 10:00 (UTC)" in way["label"]
    page = as_["producer"].get(way["address"]).content.decode()
    assert 'id="confirm"' in page and not Meeting.objects.exists()
    query = dict(parse_qsl(urlsplit(way["address"]).query))
    as_["producer"].post(reverse("meeting_book"), query)
    made = Meeting.objects.get()
    assert made.starts_at == datetime(2026, 11, 4, 10, tzinfo=UTC) and made.kind == "talk"
    assert {a.user.username for a in made.attendances.all()} == {"ada", "producer"}


def test_where_that_time_is_taken_a_producer_is_shown_when_all_are_free(asker: Who) -> None:
    answer = said(asker("producer"), "Schedule a meeting with Ada on Wednesday at 3am")
    assert "not free" in answer.text
    offered = answer.cards["suggestions"][0]
    assert "with Ada" in offered
    again = said(asker("producer"), offered)
    assert "is free for all of you" in again.text
    with override("de"):
        german = said(asker("producer"), "Buche einen Termin mit Ada")
    assert any("Ada" in words for words in german.cards["suggestions"])


def test_only_a_producer_is_led_to_others_and_only_by_their_names(asker: Who) -> None:
    nobody = said(asker("producer"), "Book a meeting with Zebediah tomorrow at 10")
    assert [link["label"] for link in nobody.cards["links"]] == ["Choose a time"]
    other = said(asker("ada"), "Book a meeting with Ben tomorrow at 10")
    assert not any("who=" in link["address"] for link in other.cards.get("links", ()))


def test_a_meeting_is_known_by_its_kind(asker: Who, stage: Stage) -> None:
    ada = asker("ada")
    for kind, day in (("talk", 4), ("performance", 5)):
        at = datetime(2026, 11, day, 10, tzinfo=UTC)
        room.book(stage.house.place, ada.user, kind, [stage.users["producer"]], at)
    one = said(ada, "Cancel my talk").proposals.get()
    assert Meeting.objects.get(uid=one.slots["uid"]).kind == "talk"
    two = said(ada, "Move my recording session to Friday at 11").proposals.get()
    assert Meeting.objects.get(uid=two.slots["uid"]).kind == "performance"
    assert not said(ada, "Cancel my meeting").proposals.exists(), "which of both is asked"


def test_yesterday_is_told_to_be_over(asker: Who) -> None:
    assert "in the past" in said(asker("ada"), "Book a meeting yesterday at 10").text


@pytest.mark.parametrize(
    "text", ["Withdraw from research", "I want to withdraw only my sad takes", "Please withdraw"]
)
def test_whoever_says_withdraw_is_shown_the_page_that_previews_it(asker: Who, text: str) -> None:
    answer = said(asker("ada"), text)
    assert reverse("withdrawal_preview") in [link["address"] for link in answer.cards["links"]]
    assert not answer.proposals.exists()


# -- Clocks, zones and the past ------------------------------------------------------------------

EVER = [Weekly(day, 0, DAY) for day in range(7)]


def in_zone(stage: Stage, zone: str, **asked: int) -> Asker:
    """Ada in a zone; she and the producer can be met at any hour."""
    for name in ("ada", "producer"):
        wishes = Wishes(**{"notice": 0, "cancel_notice": 60, "horizon_days": 300, **asked})
        set_hours(stage.users[name], zone, EVER, [], wishes, {})
        stage.users[name].refresh_from_db()
    return Asker.at(stage.house.place, stage.users["ada"])


def clock(stage: Stage) -> SetClock:
    found = stage.house.place.clock
    assert isinstance(found, SetClock)
    return found


def told(asker: Asker, intent: Intent, slots: Slots) -> Reply:
    return run(asker, intent, slots)[0]


def booked(stage: Stage, at: datetime) -> Meeting:
    return room.book(stage.house.place, stage.users["ada"], "talk", "producer", at)


@pytest.mark.parametrize(
    ("zone", "day", "at"),
    [
        ("Europe/Berlin", date(2027, 3, 28), time(2, 30)),
        ("Europe/Lisbon", date(2027, 3, 28), time(1, 30)),
        ("America/New_York", date(2027, 3, 14), time(2, 30)),
        ("Australia/Lord_Howe", date(2027, 10, 3), time(2, 15)),
    ],
)
def test_an_hour_that_the_clocks_skip_is_said_and_others_are_offered(
    zone: str, day: date, at: time, stage: Stage
) -> None:
    ada = in_zone(stage, zone, horizon_days=365)
    reply = told(ada, Intent.BOOK, Meet(day=day, time=at))
    assert "the clocks go forward over it" in reply.text and not reply.wishes
    assert reply.suggestions and all(f"{day}" in s for s in reply.suggestions)
    booked(stage, datetime(2026, 11, 3, 9, tzinfo=UTC))
    reply = told(ada, Intent.MOVE, Change(day=day, time=at))
    assert "the clocks go forward over it" in reply.text and not reply.wishes


def test_of_an_hour_that_the_clocks_show_twice_both_are_offered(stage: Stage) -> None:
    ada = in_zone(stage, "America/New_York", horizon_days=365)
    clock(stage).at = datetime(2026, 10, 30, tzinfo=UTC)
    reply = told(ada, Intent.BOOK, Meet(day=date(2026, 11, 1), time=time(1, 30)))
    assert [w.slots["at"] for w in reply.wishes] == [
        "2026-11-01T05:30:00+00:00",
        "2026-11-01T06:30:00+00:00",
    ]
    assert "UTC-0400" in reply.wishes[0].says and "UTC-0500" in reply.wishes[1].says
    assert "twice" in reply.text


def test_a_time_of_another_zone_is_told_in_ones_own(asker: Who) -> None:
    proposal = said(asker("ada"), "Book a meeting on 2026-11-04 at 9:00 New York time")
    assert proposal.text.startswith("Where you are that is Wednesday, 2026-11-04 14:00 (UTC)")
    assert proposal.proposals.get().slots["at"] == "2026-11-04T14:00:00+00:00"
    nowhere = told(
        asker("ada"), Intent.BOOK, Meet(day=date(2026, 11, 4), time=time(9), zone="Mars")
    )
    assert "is not a time zone" in nowhere.text and nowhere.suggestions


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2020, 1, 1), date(1, 1, 1)])
def test_the_past_is_said_and_what_is_to_come_is_offered(asker: Who, day: date) -> None:
    for slots in (Meet(day=day), Meet(day=day, time=time(10))):
        reply = told(asker("ada"), Intent.BOOK, slots)
        assert not reply.wishes and (reply.suggestions or reply.offers_human)
        assert "in the past" in reply.text or "out of all reach" in reply.text


def test_what_is_too_far_off_is_said(asker: Who) -> None:
    for day in (date(2031, 1, 1), date.max):
        for at in (None, time(10)):
            reply = told(asker("ada"), Intent.BOOK, Meet(day=day, time=at))
            assert not reply.wishes and reply.offers_human and reply.links


def test_a_meeting_is_moved_only_to_where_it_can_be(stage: Stage) -> None:
    ada = in_zone(stage, "UTC", notice=30)
    first = booked(stage, datetime(2026, 11, 3, 9, tzinfo=UTC))
    booked(stage, datetime(2026, 11, 4, 9, tzinfo=UTC))
    where = Change(of_day=date(2026, 11, 3), day=date(2026, 11, 4), time=time(9))
    reply = told(ada, Intent.MOVE, where)
    assert "not free" in reply.text and not reply.wishes
    again = read(Intent.MOVE, reply.suggestions[0], ada.now.replace(tzinfo=None))
    assert [w.slots["uid"] for w in told(ada, Intent.MOVE, again).wishes] == [str(first.uid)]
    past = Change(of_day=date(2026, 11, 3), day=date(2026, 11, 1), time=time(9))
    assert "in the past" in told(ada, Intent.MOVE, past).text
    same = Change(of_day=date(2026, 11, 3), time=time(9))
    assert "already" in told(ada, Intent.MOVE, same).text
    asked = told(ada, Intent.MOVE, Change(of_day=date(2026, 11, 3)))
    assert asked.text.startswith("When would suit you?") and asked.suggestions


def test_who_may_ask_nobody_is_told_so(asker: Who) -> None:
    reply = told(asker("auditor"), Intent.BOOK, Meet())
    assert "a producer can ask you" in reply.text and reply.offers_human


# -- Late ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["Cancel my meeting", "Move my meeting to 2026-11-05 at 10:00"])
def test_a_late_change_asks_for_the_reason_and_the_others_are_told_it(
    words: str, stage: Stage, as_: dict[str, Client]
) -> None:
    ada = in_zone(stage, "UTC", cancel_notice=24 * 60)
    booked(stage, datetime(2026, 11, 2, 9, tzinfo=UTC))
    answer = said(ada, words)
    assert "please say why" in answer.text
    proposal = answer.proposals.get()
    address = reverse("heidi_decide", args=[proposal.pk])
    card = as_["ada"].get(reverse("heidi")).content.decode()
    assert 'name="reason"' in card
    as_["ada"].post(address, {"yes": "1", "reason": "  "})
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.OPEN, "it waits for the reason, and can be given it"
    assert "please say why" in as_["ada"].get(reverse("heidi")).content.decode()
    as_["ada"].post(address, {"yes": "1", "reason": "I have a fever"})
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.DONE
    last = Changed.objects.order_by("-pk")[0]
    assert (last.late, last.reason) == (True, "I have a fever")


def test_what_becomes_late_after_it_was_proposed_asks_then(stage: Stage) -> None:
    ada = in_zone(stage, "UTC", cancel_notice=60)
    booked(stage, datetime(2026, 11, 2, 9, tzinfo=UTC))
    proposal = said(ada, "Cancel my meeting").proposals.get()
    assert not proposal.asks_why
    clock(stage).at += timedelta(hours=8, minutes=30)
    assert conversing.decide(ada, proposal.pk, True).state == Proposal.State.OPEN
    assert Proposal.objects.get().asks_why
    assert conversing.decide(ada, proposal.pk, True, "A fever").state == Proposal.State.DONE


def test_what_somebody_has_changed_meanwhile_is_not_changed_by_an_old_button(stage: Stage) -> None:
    ada = in_zone(stage, "UTC")
    made = booked(stage, datetime(2026, 11, 3, 9, tzinfo=UTC))
    proposal = said(ada, "Cancel my meeting").proposals.get()
    later = datetime(2026, 11, 5, 9, tzinfo=UTC)
    room.move(stage.house.place, stage.users["producer"], made.uid, later)
    refused = conversing.decide(ada, proposal.pk, True)
    assert refused.state == Proposal.State.REFUSED and "has changed" in refused.outcome
    assert Meeting.objects.get().starts_at == later


@pytest.mark.parametrize("tool", ["book", "move", "cancel", "withdraw", ""])
def test_a_proposal_that_makes_no_sense_does_nothing(tool: str, asker: Who) -> None:
    answer = said(asker("ada"), "Hello")
    row = Proposal.objects.create(
        user=answer.user, message=answer, tool=tool, slots={}, says="?", made_at=answer.at
    )
    assert conversing.decide(asker("ada"), row.pk, True).state == Proposal.State.REFUSED


def test_who_set_no_hours_is_named_to_the_producer(asker: Who) -> None:
    reply = answer(asker("producer"), "Book a rating hour with rater on 2026-11-04 at 10")[0]
    assert "has not said yet when they can be met" in reply.text and not reply.wishes
    assert reply.links[0].address.startswith("/meetings/book/?") and "free" not in reply.text


def test_where_no_producer_set_hours_that_is_the_reason(asker: Who, stage: Stage) -> None:
    Availability.objects.filter(user=stage.users["producer"]).delete()
    reply = run(asker("rater"), Intent.BOOK, Meet(kind="rating", day=date(2026, 11, 4)))[0]
    assert "No producer has said yet when they can be met" in reply.text and reply.offers_human
