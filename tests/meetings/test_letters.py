"""Letters go by real SMTP: invitations, changes, reminders; each once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cast_of_meetings import Cast, at
from django.db import connections
from django.test import override_settings
from django_tasks_db.models import DBTaskResult
from icalendar import Calendar
from post_office import PostOffice, open_office

from yesand.heidi.letters import services as letters
from yesand.kernel.clock import SetClock, stamp
from yesand.meetings import services
from yesand.meetings.models import Notice
from yesand.meetings.notices.services import send
from yesand.site.settings import mail
from yesand.site.working import Worker

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_office() as found:
        backend, settings = mail(found.url)
        with override_settings(EMAIL_BACKEND=backend, **settings):
            yield found


@pytest.fixture
def work(cast: Cast, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Do all that is due at the clock's time, as the worker does."""

    def until_idle() -> int:
        monkeypatch.setenv("YESAND_NOW", stamp(clock.now()))
        return Worker(cast.place).run(once=True)

    yield until_idle


def test_everybody_is_invited_once_in_their_own_words_and_on_their_own_clock(
    cast: Cast, office: PostOffice, work: object
) -> None:
    assert callable(work)
    cast.pam.zone = "Asia/Kolkata"
    cast.pam.save()
    made = services.book(
        cast.place, cast.ada, "talk", "producer", at(10), 30, title="Rôles", note="Bring tea."
    )
    assert office.letters == []  # nobody waits for the post office
    assert work() == 2 and work() == 0
    (letter,) = office.to("pam@mail.example")
    assert letter["Subject"] == "Invitation: Rôles"
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "15:30 – 16:00 (Asia/Kolkata)" in text and "with Ada Actor" in text
    assert "Bring tea." in text
    (calendar,) = [p for p in letter.walk() if p.get_content_type() == "text/calendar"]
    assert calendar.get_param("method") == "REQUEST"
    read = Calendar.from_ical(calendar.get_content())
    (event,) = read.walk("VEVENT")
    assert read["METHOD"] == "REQUEST" and event["DTSTART"].dt == made.starts_at
    guests = [str(guest) for guest in event["ATTENDEE"]]
    assert "mailto:pam@mail.example" in guests and "mailto:ada@mail.example" not in guests
    assert str(made.uid) in letter["Message-ID"] and len(office.letters) == 2


def test_a_move_and_a_cancellation_are_told_with_the_reason(
    cast: Cast, office: PostOffice, work: object
) -> None:
    assert callable(work)
    made = services.book(cast.place, cast.ada, "talk", [cast.pam], at(10), 30)
    services.move(cast.place, cast.ada, made.uid, at(11), reason="the train")
    work()
    # The first invitation was overtaken before it left.
    assert [m["Subject"] for m in office.to("pam@mail.example")] == ["Moved: Talk: Ada Actor, pam"]
    services.cancel(cast.place, cast.pam, made.uid, reason="a cold")
    work()
    last = office.to("ada@mail.example")[-1]
    assert last["Subject"] == "Cancelled: Talk: Ada Actor, pam"
    assert "a cold" in last.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    (calendar,) = [p for p in last.walk() if p.get_content_type() == "text/calendar"]
    (event,) = Calendar.from_ical(calendar.get_content()).walk("VEVENT")
    assert (event["STATUS"], int(event["SEQUENCE"])) == ("CANCELLED", 2)


def test_reminders_come_a_day_and_an_hour_before_and_once(
    cast: Cast, office: PostOffice, work: object, clock: SetClock
) -> None:
    assert callable(work)
    services.book(cast.place, cast.ada, "talk", [cast.pam], at(10), 30)
    work()
    office.letters.clear()
    told = []
    for moment in (at(9, 59, day=5), at(10, 0, day=5), at(8, 59), at(9, 0), at(9, 30)):
        clock.at = moment
        work()
        told.append([m["Subject"] for m in office.to("ada@mail.example")])
        office.letters.clear()
    assert told == [
        [],
        ["Tomorrow: Talk: Ada Actor, pam"],
        [],
        ["In an hour: Talk: Ada Actor, pam"],
        [],
    ]


def test_reminders_follow_a_meeting_that_moves_and_die_with_one_that_is_cancelled(
    cast: Cast, office: PostOffice, work: object, clock: SetClock
) -> None:
    assert callable(work)
    moved = services.book(cast.place, cast.ada, "talk", [cast.pam], at(10), 30)
    gone = services.book(cast.place, cast.ben, "talk", [cast.pam], at(14), 30)
    services.move(cast.place, cast.ada, moved.uid, at(10, day=8))
    services.cancel(cast.place, cast.ben, gone.uid)
    work()
    office.letters.clear()
    clock.at = at(12, day=6)
    work()
    assert office.letters == []
    clock.at = at(10, day=7)
    work()
    assert [m["To"] for m in office.letters] == ["ada@mail.example", "pam@mail.example"]


def test_a_meeting_too_near_for_a_reminder_has_none(cast: Cast, clock: SetClock) -> None:
    clock.at = at(9)
    services.book(cast.place, cast.ada, "talk", [cast.pam], at(9, 45), 30)
    assert set(Notice.objects.values_list("what", flat=True)) == {"request"}


def test_a_letter_is_sent_once_however_often_it_is_asked_for(
    cast: Cast, office: PostOffice, work: object
) -> None:
    assert callable(work)
    services.book(cast.place, cast.ada, "talk", [cast.pam], at(10), 30)
    work()
    for notice in Notice.objects.filter(what="request"):
        assert send(cast.place, notice.pk) == "done before"
    assert len(office.letters) == 2


def test_a_closed_post_office_is_asked_again_later(
    cast: Cast, office: PostOffice, work: object, clock: SetClock
) -> None:
    assert callable(work)
    office.closed = True
    services.book(cast.place, cast.ada, "talk", [cast.pam], at(10), 30)
    assert work() == 2
    for minutes in (1, 2):  # each wait is twice as long
        clock.advance(minutes=minutes - 0.5)
        assert work() == 0
        clock.advance(minutes=0.5)
        assert work() == 2
    office.closed = False
    clock.advance(minutes=4)
    work()
    assert sorted(m["To"] for m in office.letters) == ["ada@mail.example", "pam@mail.example"]
    assert set(Notice.objects.filter(what="request").values_list("attempts", flat=True)) == {4}
    assert not DBTaskResult.objects.filter(status="FAILED").exists()


@pytest.mark.both_databases
def test_a_letter_whose_fate_nobody_knows_goes_once_more_under_the_same_name(
    cast: Cast, office: PostOffice, work: object
) -> None:
    assert callable(work)
    cast.pam.email = ""
    cast.pam.save()
    services.book(cast.place, cast.ada, "talk", [cast.pam], at(10), 30)
    office.silent.set()
    connections.close_all()
    process = subprocess.Popen(
        [sys.executable, "-m", "yesand.cli", "work", "--house", str(cast.place.root)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "YESAND_NOW": stamp(cast.place.clock.now()),
            "YESAND_MAIL": office.url,
        },
    )
    until = time.monotonic() + 40
    while not office.letters:
        assert time.monotonic() < until and process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    office.silent.clear()
    assert work() >= 1 and work() == 0
    first, second = office.letters
    assert first["Message-ID"] == second["Message-ID"]


def test_who_has_no_address_is_sent_nothing(cast: Cast, office: PostOffice, work: object) -> None:
    assert callable(work)
    cast.ada.email = ""
    cast.ada.save()
    services.book(cast.place, cast.ada, "talk", [cast.pam], at(10), 30)
    work()
    assert [m["To"] for m in office.letters] == ["pam@mail.example"]
    assert Notice.objects.get(user=cast.ada, what="request").dropped_at


def test_nothing_is_planned_by_a_booking_that_fails(cast: Cast) -> None:
    with pytest.raises(Exception, match="passed"):
        services.book(
            cast.place, cast.ada, "talk", [cast.pam], datetime(2026, 9, 1, 9, tzinfo=UTC), 30
        )
    assert not Notice.objects.exists() and not DBTaskResult.objects.exists()


def test_a_reminder_of_a_fold_names_which_time(cast: Cast) -> None:
    from yesand.meetings.templatetags.meetings_words import times

    made = services.book(cast.place, cast.ada, "talk", [cast.pam], at(10), 30)
    made.starts_at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    made.ends_at = made.starts_at + timedelta(hours=1)
    shown = times(made, "Europe/Berlin")
    assert shown == ("Sun 25 Oct 2026, 02:30 (first time, CEST) – 02:30 (second time, CET)")


def test_a_letter_and_its_calendar_lead_to_the_meeting_where_the_house_has_an_address(
    cast: Cast, office: PostOffice, work: object
) -> None:
    assert callable(work)
    with override_settings(PUBLIC_URL="https://yes-and.example"):
        made = services.book(cast.place, cast.ada, "talk", [cast.pam], at(10), 30)
        work()
    link = f"https://yes-and.example/meetings/{made.uid}/"
    (letter,) = office.to("pam@mail.example")
    assert link in letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    (calendar,) = [p for p in letter.walk() if p.get_content_type() == "text/calendar"]
    (event,) = Calendar.from_ical(calendar.get_content()).walk("VEVENT")
    assert event["URL"] == link
    services.cancel(cast.place, cast.pam, made.uid)
    work()  # the house has no address now: no link, and no half of one
    text = office.letters[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "http" not in text and "here:" not in text


def test_a_question_and_its_answer_are_told_by_a_letter_with_a_link(
    cast: Cast, office: PostOffice, work: object
) -> None:
    assert callable(work)
    with override_settings(PUBLIC_URL="https://yes-and.example"):
        asked = letters.send(cast.place, cast.ada, "May I sing?")
        assert letters.send(cast.place, cast.ada, "May I sing?") == asked
        assert work() == 1
        (letter,) = office.letters
        assert letter["To"] == "pam@mail.example" and "sing" not in str(letter)
        assert f"https://yes-and.example/heidi/letters/{asked.pk}/" in str(letter)
        letters.answer(cast.place, cast.pam, asked, "Yes.")
        assert work() == 1
    assert office.letters[-1]["To"] == "ada@mail.example"
    assert "/heidi/letters/" in office.letters[-1].get_content()


def test_such_a_letter_waits_for_a_closed_post_office_and_keeps_its_name(
    cast: Cast, office: PostOffice, work: object, clock: SetClock
) -> None:
    assert callable(work)
    office.closed = True
    letters.send(cast.place, cast.ada, "May I sing?")
    assert work() == 1 and work() == 0
    office.closed = False
    clock.advance(minutes=1)
    assert work() == 1
    (letter,) = office.letters
    assert letter["Message-ID"].endswith(".yes-and.invalid>")
