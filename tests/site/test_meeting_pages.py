"""The pages of meetings, asked as people ask them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from icalendar import Calendar
from stage import Stage

from yesand.kernel.clock import instant
from yesand.meetings import services
from yesand.meetings.calendars.services import Wishes, set_hours
from yesand.meetings.hours import DAY, Weekly
from yesand.meetings.models import Change, Feed, Meeting
from yesand.people.models import User

DAILY = [Weekly(day, 0, DAY) for day in range(7)]
NOW = "2026-11-02T08:00:00Z"


@pytest.fixture(autouse=True)
def rehearsal(monkeypatch: pytest.MonkeyPatch, stage: Stage) -> None:
    """It is the second of November, and the producer can be met at any time in Berlin."""
    monkeypatch.setenv("YESAND_NOW", NOW)
    set_hours(stage.users["producer"], "Europe/Berlin", DAILY, [], Wishes(notice=0), {})


def chosen(stage: Stage, **more: str) -> dict[str, Any]:
    return {"kind": "talk", "who": str(stage.users["producer"].pk), "length": "30", **more}


def booked(stage: Stage, when: str = "2026-11-04T10:00:00Z", kind: str = "talk") -> Meeting:
    ada, producer = stage.users["ada"], stage.users["producer"]
    length = 30 if kind == "talk" else 60
    return services.book(
        stage.house.place, ada, kind, [producer], instant(when), length, title="Hers"
    )


def text(answer: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_performer_is_led_from_kind_to_confirmation(stage: Stage, as_: dict[str, Client]) -> None:
    ada, address = as_["ada"], reverse("meeting_book")
    page = ada.get(address).content.decode()
    assert "producer" in page and "Ben" not in page
    page = ada.get(address, chosen(stage, kind="performance", length="60")).content.decode()
    assert "This performance is under" in page and stage.agreement.digest in page
    slot = re.search(r"at=([^#\"]+)#confirm", page)
    assert slot is not None
    found = ada.get(address, chosen(stage, day="2026-11-04"))
    assert "Wed 4 Nov 2026" in text(found) and "11:00 producer" in text(found)
    confirm = text(ada.get(address, chosen(stage, at="2026-11-04T10:00:00Z")))
    assert "Wed 4 Nov 2026, 10:00" in confirm and "11:00 for producer" in confirm
    answer = ada.post(address, chosen(stage, at="2026-11-04T10:00:00Z", title="<b>Hi</b>"))
    made = Meeting.objects.get()
    assert answer.headers["Location"] == reverse("meeting", args=[made.uid])
    page = ada.get(answer.headers["Location"]).content.decode()
    assert "&lt;b&gt;Hi&lt;/b&gt;" in page and "<b>Hi" not in page


def test_an_old_link_offers_nothing_that_has_passed(stage: Stage, as_: dict[str, Client]) -> None:
    shown = as_["ada"].get(reverse("meeting_book"), chosen(stage, at="2026-11-01T10:00:00Z"))
    assert "That time has passed" in text(shown) and "Confirm" not in text(shown)
    move = reverse("meeting_move", args=[booked(stage).uid])
    shown = as_["ada"].get(move, {"at": "2026-11-01T10:00:00Z"})
    assert "That time has passed" in text(shown)


def test_what_is_refused_says_why_and_loses_nothing(stage: Stage, as_: dict[str, Client]) -> None:
    told = chosen(stage, at="2026-11-01T10:00:00Z", title="A title", note="A note")
    answer = as_["ada"].post(reverse("meeting_book"), told)
    assert answer.status_code == 409 and "That time has passed" in text(answer)
    page = answer.content.decode()
    assert 'value="A title"' in page and "A note" in page and not Meeting.objects.exists()


@pytest.mark.parametrize(
    "asked",
    [
        {"wall": "0001-01-01T00:00"},
        {"wall": "9999-12-31T23:55"},
        {"at": "9999-12-31T23:55:00Z"},
        {"at": "yesterday"},
        {"from": "9999-12-31"},
        {"day": "0001-01-01", "length": "99999999999"},
        {"which": "7", "wall": "2026-11-04T10:00"},
        {"who": "x"},
    ],
    ids=str,
)
def test_whatever_an_address_says_it_is_answered(
    stage: Stage, as_: dict[str, Client], asked: dict[str, str]
) -> None:
    assert as_["ada"].get(reverse("meeting_book"), chosen(stage) | asked).status_code == 200


def test_a_nul_in_what_one_writes_is_left_out(stage: Stage, as_: dict[str, Client]) -> None:
    told = chosen(stage, at="2026-11-04T10:00:00Z", title="a\0b", note="c\0d")
    assert as_["ada"].post(reverse("meeting_book"), told).status_code == 302
    made = Meeting.objects.get()
    assert (made.title, made.note) == ("a b", "cd")


@pytest.mark.parametrize(
    ("wall", "which", "said"),
    [
        ("2027-03-28T02:30", "", "There is no 02:30 on 28 March 2027"),
        ("2026-10-25T02:30", "", "There are two 02:30 on 25 October 2026"),
        ("nonsense", "", "That is no time"),
    ],
)
def test_a_written_time_in_a_gap_or_fold_is_answered_kindly(
    stage: Stage, as_: dict[str, Client], wall: str, which: str, said: str
) -> None:
    User.objects.filter(username="ada").update(zone="Europe/Berlin")
    told = chosen(stage, wall=wall, which=which)
    answer = as_["ada"].get(reverse("meeting_book"), told)
    assert answer.status_code == 200 and said in text(answer)


def test_a_written_time_in_a_fold_is_taken_once_it_is_clear(
    stage: Stage, as_: dict[str, Client]
) -> None:
    User.objects.filter(username="ada").update(zone="Europe/Berlin")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YESAND_NOW", "2027-10-20T00:00:00Z")
        as_["ada"].force_login(stage.users["ada"])  # she was away for a year
        told = chosen(stage, wall="2027-10-31T02:30", which="1")
        page = text(as_["ada"].get(reverse("meeting_book"), told))
    assert "Sun 31 Oct 2027, 02:30 (second time, CET)" in page


def test_who_has_set_no_hours_is_named_and_what_to_do_is_said(
    stage: Stage, as_: dict[str, Client]
) -> None:
    stage.users["producer"].availability.delete()
    page = text(as_["ada"].get(reverse("meeting_book"), chosen(stage)))
    assert "producer has not said yet when they can be met" in page


def test_a_meeting_is_moved_and_cancelled_on_its_pages(
    stage: Stage, as_: dict[str, Client]
) -> None:
    made, ada = booked(stage), as_["ada"]
    move = reverse("meeting_move", args=[made.uid])
    assert "Now: Wed 4 Nov 2026, 10:00 – 10:30" in text(ada.get(move, {"day": "2026-11-05"}))
    told = {"at": "2026-11-05T09:00:00Z", "sequence": "0", "reason": "the train"}
    assert ada.post(move, told).status_code == 302
    stale = as_["producer"].post(move, {**told, "at": "2026-11-06T09:00:00Z"})
    assert stale.status_code == 409 and "since you looked" in text(stale)
    page = text(ada.get(reverse("meeting", args=[made.uid])))
    assert "Moved by Ada Actor" in page and "the train" in page
    gone = ada.post(reverse("meeting_cancel", args=[made.uid]), {"reason": "a cold"})
    assert gone.status_code == 302
    page = text(ada.get(reverse("meeting", args=[made.uid])))
    assert "Cancelled by Ada Actor" in page and "Move" not in page.split("What was done")[0]


def test_a_late_cancellation_asks_why(stage: Stage, as_: dict[str, Client]) -> None:
    made = booked(stage, "2026-11-02T12:00:00Z")
    cancel = reverse("meeting_cancel", args=[made.uid])
    assert "within the notice" in text(as_["ada"].get(cancel))
    answer = as_["ada"].post(cancel, {"reason": ""})
    assert answer.status_code == 400 and "Say why" in text(answer)
    assert as_["ada"].post(cancel, {"reason": "ill"}).status_code == 302
    assert Change.objects.get(what="cancelled").late


def test_the_producer_says_how_it_went(
    stage: Stage, as_: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = booked(stage)
    monkeypatch.setenv("YESAND_NOW", "2026-11-04T12:00:00Z")
    assert "How did it go?" not in text(as_["ada"].get(reverse("meeting", args=[made.uid])))
    assert "How did it go?" in text(as_["producer"].get(reverse("meeting", args=[made.uid])))
    came = {"came": [str(stage.users["producer"].pk)], "reason": "no word"}
    as_["producer"].post(reverse("meeting_outcome", args=[made.uid]), came)
    page = text(as_["ada"].get(reverse("meeting", args=[made.uid])))
    assert "stayed away" in page and "Nobody came by producer" in page


def test_lists_hold_what_is_ones_own_and_the_producers_hold_all(
    stage: Stage, as_: dict[str, Client]
) -> None:
    booked(stage)
    for name in ("meetings", "meetings_calendar"):
        address = reverse(name)
        assert "Hers" in as_["ada"].get(address).content.decode()
        assert "Hers" not in as_["ben"].get(address).content.decode()
        assert "Hers" in as_["auditor"].get(address).content.decode()
        assert "Hers" not in as_["auditor"].get(address, {"whose": "mine"}).content.decode()


def test_a_fellow_in_a_duo_is_named_and_their_agreement_is_not_shown(
    stage: Stage, as_: dict[str, Client]
) -> None:
    place, users = stage.house.place, stage.users
    for name in ("ada", "ben"):
        set_hours(users[name], "UTC", DAILY, [], Wishes(notice=0), {})
    duo = [users["ada"], users["ben"]]
    made = services.book(
        place, users["producer"], "performance", duo, instant("2026-11-04T10:00:00Z"), 60
    )
    page = as_["ben"].get(reverse("meeting", args=[made.uid])).content.decode()
    assert "Ada Actor" in page and stage.agreement.digest not in page
    assert stage.agreement.digest in as_["ada"].get(f"/meetings/{made.uid}/").content.decode()


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, "November 2026"),
        ({"month": "2026-12"}, "December 2026"),
        ({"week": "2026-W45"}, "Mon 2 Nov 2026 – Sun 8 Nov 2026"),
        ({"week": ""}, "Mon 2 Nov 2026"),
    ],
)
def test_the_calendar_turns_its_leaves(
    as_: dict[str, Client], asked: dict[str, str], shown: str
) -> None:
    assert shown in text(as_["ada"].get(reverse("meetings_calendar"), asked))


@pytest.mark.parametrize("asked", [{"month": "2026-13"}, {"week": "2026-W60"}, {"month": "x"}])
def test_a_leaf_that_is_none_is_told(as_: dict[str, Client], asked: dict[str, str]) -> None:
    assert as_["ada"].get(reverse("meetings_calendar"), asked).status_code == 400


def test_hours_are_kept_and_shown_again(stage: Stage, as_: dict[str, Client]) -> None:
    ada, address = as_["ada"], reverse("meeting_hours")
    told = {
        "zone": "Asia/Kolkata",
        "before": "10",
        "after": "15",
        "notice": "12",
        "cancel_notice": "48",
        "horizon_days": "90",
        "w10_from": "09:30",
        "w10_until": "12:00",
        "w11_from": "20:00",
        "w11_until": "00:00",
        "s0_day": "2026-12-24",
        "s0_off": "off",
        "length_talk": "20, 40",
    }
    assert ada.post(address, told).status_code == 302
    page = ada.get(address).content.decode()
    for name in ("w10_from", "w11_until", "s0_day", "before", "length_talk"):
        assert re.search(rf'name="{name}"[^>]*value="{told[name]}"', page), name
    user = stage.users["ada"]
    assert [(w.weekday, w.start, w.end) for w in user.weekly_hours.all()] == [
        (1, 570, 720),
        (1, 1200, 1440),
    ]
    user.refresh_from_db()
    assert user.zone == "Asia/Kolkata" and user.availability.lengths == {"talk": [20, 40]}


def test_hours_that_cannot_be_are_marked_and_nothing_is_lost(
    stage: Stage, as_: dict[str, Client]
) -> None:
    told = {
        "zone": "Europe/Berlin",
        "before": "7",
        "after": "0",
        "notice": "24",
        "cancel_notice": "24",
        "horizon_days": "60",
        "w00_from": "17:00",
        "w00_until": "09:00",
        "w20_from": "10:00",
        "length_talk": "soon",
    }
    answer = as_["ada"].post(reverse("meeting_hours"), told)
    page = answer.content.decode()
    assert answer.status_code == 400 and "It ends before it begins." in page
    assert "Say both, from and until." in page and 'value="17:00"' in page
    assert "Write minutes with commas" in page
    assert not stage.users["ada"].weekly_hours.exists()


# The feed -----------------------------------------------------------------------------------------


def made_feed(client: Client) -> str:
    page = client.post(reverse("meeting_feed"), {"do": "new"}).content.decode()
    found = re.search(r'value="http://testserver(/feeds/[^"]+\.ics)"', page)
    assert found is not None
    return found[1]


def test_a_feed_is_read_without_signing_in_and_sent_again_only_when_it_changed(
    stage: Stage, as_: dict[str, Client]
) -> None:
    made, reader = booked(stage), as_["nobody"]
    address = made_feed(as_["ada"])
    first = reader.get(address)
    (event,) = Calendar.from_ical(first.content).walk("VEVENT")
    assert event["DTSTART"].dt == made.starts_at and first["Content-Type"].startswith("text/cal")
    again = reader.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    services.cancel(stage.house.place, stage.users["ada"], made.uid, reason="ill")
    changed = reader.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200 and b"STATUS:CANCELLED" in changed.content


def test_a_feeds_address_is_shown_once_and_can_be_taken_back(
    stage: Stage, as_: dict[str, Client]
) -> None:
    ada, reader = as_["ada"], as_["nobody"]
    old = made_feed(ada)
    secret = old.split("/")[-1].removesuffix(".ics")
    assert secret not in ada.get(reverse("meeting_feed")).content.decode()
    assert secret not in str(Feed.objects.values_list("digest", flat=True))
    new = made_feed(ada)
    assert (reader.get(old).status_code, reader.get(new).status_code) == (404, 200)
    ada.post(reverse("meeting_feed"), {"do": "close"})
    assert reader.get(new).status_code == 404
    last = made_feed(ada)
    User.objects.filter(username="ada").update(is_active=False)
    assert reader.get(last).status_code == 404


def test_an_invitation_is_a_file_for_ones_calendar(stage: Stage, as_: dict[str, Client]) -> None:
    made = booked(stage)
    answer = as_["ada"].get(reverse("meeting_ics", args=[made.uid]))
    assert Calendar.from_ical(answer.content)["METHOD"] == "REQUEST"
    assert "attachment" in answer["Content-Disposition"]


# What waits ---------------------------------------------------------------------------------------


def test_what_waits_is_soon_unanswered_or_to_be_closed(
    stage: Stage,
) -> None:
    from yesand.meetings.waiting import waiting
    from yesand.people.sight import Request, Sight

    booked(stage, "2026-11-03T10:00:00Z")
    booked(stage, "2026-11-20T10:00:00Z")

    def of(name: str) -> list[tuple[str, bool]]:
        request = Request()
        request.user, request.place = stage.users[name], stage.house.place
        request.sight = Sight.of(stage.users[name])
        return [(w.what.partition(",")[0], w.urgent) for w in waiting(request)]

    clock = stage.house.place.clock
    clock.at = instant(NOW)  # type: ignore[attr-defined]
    assert of("ada") == [("Hers: Tue 3 Nov 2026", True)]
    assert of("producer") == [
        ("Hers: Tue 3 Nov 2026", True),
        ("You are invited: Hers", False),
    ]
    assert of("rater") == [("Say when you can be met", False)]
    clock.at = instant("2026-11-04T10:00:00Z")  # type: ignore[attr-defined]
    assert ("Was it held? Hers", False) in of("producer")


def test_ones_next_meetings_stand_on_ones_own_page(stage: Stage, as_: dict[str, Client]) -> None:
    assert "Nothing is booked." in text(as_["ada"].get(reverse("me")))
    made = booked(stage)
    for who in ("ada", "producer"):
        page = as_[who].get(reverse("me")).content.decode()
        assert "Your next meetings" in page and reverse("meeting", args=[made.uid]) in page
    for who in ("ben", "lab", "auditor"):
        assert (
            reverse("meeting", args=[made.uid]) not in as_[who].get(reverse("me")).content.decode()
        )
    for nth in range(5, 10):
        booked(stage, f"2026-11-{nth:02}T10:00:00Z")
    page = as_["ada"].get(reverse("me")).content.decode()
    assert page.count(">Hers<") == 4 and "All of them" in page


def test_a_time_to_confirm_stands_below_its_own_day(stage: Stage, as_: dict[str, Client]) -> None:
    asked = chosen(stage, at="2026-11-05T10:00:00Z")
    assert "Thu 5 Nov 2026 00:00" in text(as_["ada"].get(reverse("meeting_book"), asked))
    asked["day"] = "2026-11-06"
    assert "Fri 6 Nov 2026 00:00" in text(as_["ada"].get(reverse("meeting_book"), asked))
