"""Booking, moving, cancelling, holding: what is done, what is refused, and what is kept of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from cast_of_meetings import OFFICE, TUESDAY, Cast, at, available
from django.db import DatabaseError, IntegrityError, transaction

from yesand.agreements import services as agreements
from yesand.agreements.scope import Scope
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Purpose
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.meetings import services
from yesand.meetings.availability import spoken
from yesand.meetings.calendars.services import set_hours
from yesand.meetings.held import erase, held
from yesand.meetings.hours import Special
from yesand.meetings.models import Change, Claim, Meeting, Notice
from yesand.people import services as people
from yesand.people.models import Performer, User
from yesand.provenance import services as log
from yesand.provenance.models import Entry


def talk(cast: Cast, when: datetime, length: int = 30, **more: object) -> Meeting:
    return services.book(cast.place, cast.ada, "talk", [cast.pam], when, length, **more)  # type: ignore[arg-type]


def taken(user: User) -> int:
    return Claim.objects.filter(user=user).count()


def test_a_performer_books_a_talk_and_both_are_in_it(cast: Cast) -> None:
    made = talk(cast, at(10), title="  How\nare things? ")
    assert made.title == "How are things?" and made.state == "booked" and made.sequence == 0
    assert set(services.mine(cast.pam)) == set(services.mine(cast.ada)) == {made}
    assert not services.mine(cast.ben).exists()
    assert taken(cast.ada) == taken(cast.pam) == 6
    change = made.changes.get()
    assert (change.what, change.by, change.at) == ("booked", cast.ada, cast.place.clock.now())
    assert change.entry.kind == "meeting.booked"
    assert log.audit(cast.place).size == Entry.objects.count()


def test_what_is_free_is_what_is_left(cast: Cast) -> None:
    before = services.free(cast.place, cast.ada, "talk", [cast.pam], TUESDAY, 30)
    assert before[0] == (at(9), at(9, 30)) and before[-1] == (at(16, 30), at(17))
    talk(cast, at(10), 60)
    after = services.free(cast.place, cast.ada, "talk", [cast.pam], TUESDAY, 30)
    gone = [s for s, _ in before if s not in [a for a, _ in after]]
    assert gone == [at(9, 45), at(10), at(10, 15), at(10, 30), at(10, 45)]


def test_the_same_form_sent_twice_is_one_meeting(cast: Cast) -> None:
    assert talk(cast, at(10)) == talk(cast, at(10))
    assert Meeting.objects.count() == Change.objects.count() == 1


def test_nobody_is_in_two_places(cast: Cast) -> None:
    talk(cast, at(10))
    with pytest.raises(Refused, match="pam cannot be met at that time"):
        services.book(cast.place, cast.ben, "talk", [cast.pam], at(10, 15), 30)
    claim = Claim.objects.filter(user=cast.pam).first()
    assert claim is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(user=cast.pam, slot=claim.slot, meeting=claim.meeting)


def test_buffers_are_kept_free(cast: Cast) -> None:
    available(cast.pam, before=15, after=10)
    talk(cast, at(10))  # hers from 9:45 until 10:40
    assert taken(cast.pam) == 11 and taken(cast.ada) == 6
    starts = [s for s, _ in services.free(cast.place, cast.ben, "talk", [cast.pam], TUESDAY, 30)]
    assert at(9) in starts and at(9, 15) not in starts
    assert at(10, 45) not in starts and at(11) in starts


@pytest.mark.parametrize(
    ("when", "length", "why"),
    [
        (datetime(2026, 9, 29, 10, tzinfo=UTC), 30, "has passed"),
        (at(8, 45), 30, "cannot be met at that time"),
        (at(16, 45), 30, "cannot be met at that time"),
        (at(10, day=10), 30, "cannot be met at that time"),  # a Saturday
        (at(10, 2), 30, "five minutes"),
        (at(10), 25, "25 minutes do not suit everybody"),
        (datetime(2027, 3, 2, 10, tzinfo=UTC), 30, "can be booked up to 60 days ahead"),
    ],
)
def test_a_time_that_cannot_be_is_refused_with_the_reason(
    cast: Cast, when: datetime, length: int, why: str
) -> None:
    with pytest.raises((Refused, BadInput), match=why):
        talk(cast, when, length)
    assert not Meeting.objects.exists() and not Claim.objects.exists()


def test_notice_is_kept(cast: Cast, clock: SetClock) -> None:
    available(cast.pam, notice=24 * 60)
    clock.at = at(11, day=5)
    with pytest.raises(Refused, match="pam is to be asked at least 24 hours before"):
        talk(cast, at(10))
    assert talk(cast, at(11)).starts_at == at(11)


def test_hours_are_on_each_persons_own_clock(cast: Cast) -> None:
    available(cast.pam, "America/New_York")  # nine there is 13:00 UTC
    available(cast.ada, "Europe/Berlin")  # until 15:00 UTC
    found = services.free(cast.place, cast.ada, "talk", [cast.pam], TUESDAY, 60)
    assert (found[0][0], found[-1][1]) == (at(13), at(15))


def test_a_day_off_is_off(cast: Cast) -> None:
    wishes = services.calendars.Wishes(notice=0)
    set_hours(cast.pam, "UTC", OFFICE, [Special(TUESDAY, True)], wishes, {})
    assert services.free(cast.place, cast.ada, "talk", [cast.pam], TUESDAY) == []


def test_lengths_are_those_that_suit_everybody(cast: Cast) -> None:
    wishes = services.calendars.Wishes(notice=0)
    set_hours(cast.pam, "UTC", OFFICE, [], wishes, {"talk": [20, 30]})
    assert services.lengths("talk", [cast.pam, cast.ada]) == [20, 30]
    set_hours(cast.ada, "UTC", OFFICE, [], wishes, {"talk": [45]})
    with pytest.raises(Refused, match="No length suits everybody"):
        talk(cast, at(10))


def test_who_has_set_no_hours_cannot_be_booked_and_can_book(cast: Cast) -> None:
    cast.ada.availability.delete()
    assert services.free(cast.place, cast.pam, "talk", [cast.ada], TUESDAY) == []
    assert talk(cast, at(10)).state == "booked"


def test_a_role_takes_the_first_who_can(cast: Cast) -> None:
    other = User.objects.create(username="quinn")
    other.seats.create(role="producer")
    available(other)
    talk(cast, at(10))
    made = services.book(cast.place, cast.ben, "talk", "producer", at(10), 30)
    assert made.attendances.filter(user=other).exists()
    with pytest.raises(Refused, match="cannot be met"):
        services.book(cast.place, cast.cleo, "talk", "producer", at(10), 30)
    assert (at(10), at(10, 30)) not in services.free(
        cast.place, cast.cleo, "talk", "producer", TUESDAY, 30
    )


# Agreements ---------------------------------------------------------------------------------------


def test_a_performance_carries_each_performers_agreement(cast: Cast) -> None:
    duo = [cast.ada, cast.ben]
    made = services.book(cast.place, cast.pam, "performance", duo, at(10), 60)
    under = {row.user: row.agreement for row in made.attendances.all()}
    assert under[cast.pam] is None
    for user in duo:
        agreement = under[user]
        assert agreement is not None and agreement.performer.user == user
    assert {a.performer.handle for a in services.agreements("performance", duo, at(10))} == {
        "Ada",
        "Ben",
    }


def test_a_performance_without_an_agreement_is_refused_for_all(cast: Cast) -> None:
    with pytest.raises(Refused, match="No agreement with Eve Actor is in force"):
        services.book(cast.place, cast.pam, "performance", [cast.ada, cast.eve], at(10), 60)
    assert not Meeting.objects.exists()
    assert services.book(cast.place, cast.pam, "talk", [cast.eve], at(10), 30).state == "booked"


def test_after_a_withdrawal_nobody_performs_until_they_sign_anew(cast: Cast) -> None:
    ada = Performer.objects.get(handle="Ada")
    in_part = Scope(purposes=frozenset({Purpose.RESEARCH}))
    agreements.withdraw(cast.place, ada, in_part)
    services.book(cast.place, cast.ada, "performance", [cast.pam], at(10), 60)
    agreements.withdraw(cast.place, ada)
    with pytest.raises(Refused, match="No agreement with Ada"):
        services.book(cast.place, cast.ada, "performance", [cast.pam], at(12), 60)
    draft = standard("research", date(2026, 10, 1))
    new = agreements.sign(cast.place, draft, ada, people.organisation("producer"))
    made = services.book(cast.place, cast.ada, "performance", [cast.pam], at(12), 60)
    assert made.attendances.get(user=cast.ada).agreement == new


def test_a_performance_cannot_move_to_where_its_agreement_does_not_stand(cast: Cast) -> None:
    made = services.book(cast.place, cast.ada, "performance", [cast.pam], at(10), 60)
    agreements.withdraw(cast.place, Performer.objects.get(handle="Ada"))
    with pytest.raises(Refused, match="No agreement with Ada"):
        services.move(cast.place, cast.ada, made.uid, at(14))
    assert services.one(cast.ada, made.uid).starts_at == at(10)


@pytest.mark.parametrize(("kind", "needs"), [("performance", "performer"), ("rating", "rater")])
def test_a_kind_needs_whom_it_is_for(cast: Cast, kind: str, needs: str) -> None:
    other = cast.rob if kind == "performance" else cast.ada
    with pytest.raises(BadInput, match=f"needs a {needs}"):
        services.book(cast.place, cast.pam, kind, [other], at(10), 60)
    with pytest.raises(BadInput, match="No kind of meeting"):
        services.book(cast.place, cast.pam, "seance", [other], at(10), 60)


# Who ----------------------------------------------------------------------------------------------


def test_performers_ask_producers_and_are_not_told_of_each_other(cast: Cast) -> None:
    assert set(services.to_ask(cast.ada)) == {cast.pam}
    with pytest.raises(Refused, match="cannot ask them"):
        services.book(cast.place, cast.ada, "talk", [cast.ben], at(10), 30)
    with pytest.raises(Refused, match="of your own only"):
        services.book(cast.place, cast.ada, "talk", [cast.pam], at(10), 30, with_me=False)
    with pytest.raises(BadInput, match="Nobody to meet"):
        services.book(cast.place, cast.ada, "talk", [], at(10), 30)


def test_a_meeting_is_changed_by_those_in_it_and_by_producers(cast: Cast) -> None:
    made = talk(cast, at(10))
    for act in (services.cancel, services.accept):
        with pytest.raises(NotFound, match="No meeting of yours"):
            act(cast.place, cast.ben, made.uid)
    with pytest.raises(NotFound):
        services.move(cast.place, cast.ben, made.uid, at(12))
    auditor = User.objects.create(username="auditor")
    auditor.seats.create(role="auditor")
    assert services.one(auditor, made.uid) == made
    with pytest.raises(Refused, match="not in this meeting"):
        services.cancel(cast.place, auditor, made.uid)
    boss = User.objects.create(username="boss")
    boss.seats.create(role="producer")
    assert services.move(cast.place, boss, made.uid, at(12), reason="ill").starts_at == at(12)


@pytest.mark.parametrize("uid", ["nonsense", "", "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_meeting_is_not_found(cast: Cast, uid: str) -> None:
    with pytest.raises(NotFound):
        services.cancel(cast.place, cast.ada, uid)


# Moving, cancelling, holding ----------------------------------------------------------------------


def test_a_meeting_moves_and_its_old_time_is_free_again(cast: Cast) -> None:
    made = talk(cast, at(10))
    moved = services.move(cast.place, cast.pam, made.uid, at(10, 15), reason="train")
    assert (moved.starts_at, moved.ends_at, moved.sequence) == (at(10, 15), at(10, 45), 1)
    assert taken(cast.ada) == 6
    assert moved.attendances.get(user=cast.pam).accepted_at
    assert not moved.attendances.get(user=cast.ada).accepted_at
    assert services.move(cast.place, cast.pam, made.uid, at(10, 15)).sequence == 1
    services.book(cast.place, cast.ben, "talk", [cast.pam], at(9, 45), 30)


def test_a_stale_form_changes_nothing(cast: Cast) -> None:
    made = talk(cast, at(10))
    services.move(cast.place, cast.pam, made.uid, at(12))
    for act in (
        lambda: services.move(cast.place, cast.ada, made.uid, at(14), sequence=0),
        lambda: services.cancel(cast.place, cast.ada, made.uid, sequence=0),
    ):
        with pytest.raises(Refused, match="changed this meeting since you looked"):
            act()
    assert services.one(cast.ada, made.uid).starts_at == at(12)


def test_a_cancelled_meeting_frees_the_time_and_stays_told(cast: Cast) -> None:
    made = talk(cast, at(10))
    gone = services.cancel(cast.place, cast.ada, made.uid, reason="a cold")
    assert (gone.state, gone.sequence) == ("cancelled", 1) and not Claim.objects.exists()
    assert services.cancel(cast.place, cast.ada, made.uid).sequence == 1
    with pytest.raises(Refused, match="cancelled"):
        services.move(cast.place, cast.ada, made.uid, at(12))
    told = [(c.what, c.reason, c.late) for c in gone.changes.all()]
    assert told == [("booked", "", False), ("cancelled", "a cold", False)]
    assert talk(cast, at(10)).pk != made.pk


def test_late_changes_need_a_reason_and_are_marked(cast: Cast, clock: SetClock) -> None:
    available(cast.pam, cancel_notice=24 * 60)
    made = talk(cast, at(10))
    clock.at = at(11, day=5)
    assert services.is_late(cast.place, cast.ada, made)
    assert not services.is_late(cast.place, cast.pam, made)  # Ada asks for an hour
    with pytest.raises(BadInput, match="within the 24 hours of notice"):
        services.cancel(cast.place, cast.ada, made.uid, reason="  ")
    gone = services.cancel(cast.place, cast.ada, made.uid, reason="ill")
    assert gone.changes.last().late  # type: ignore[union-attr]


def test_what_has_begun_is_held_or_missed_and_never_cancelled(cast: Cast, clock: SetClock) -> None:
    made = talk(cast, at(10))
    with pytest.raises(Refused, match="not begun"):
        services.close(cast.place, cast.pam, made.uid)
    clock.at = at(10, 5)
    for act in (services.cancel, lambda p, u, i: services.move(p, u, i, at(15))):
        with pytest.raises(Refused, match="has begun"):
            act(cast.place, cast.ada, made.uid)
    with pytest.raises(Refused, match="Only a producer"):
        services.close(cast.place, cast.ada, made.uid)
    with pytest.raises(BadInput, match="must have been in it"):
        services.close(cast.place, cast.pam, made.uid, [cast.ben.pk])
    missed = services.close(cast.place, cast.pam, made.uid, [cast.ada.pk], reason="no word")
    assert missed.state == "no-show" and missed.attendances.get(user=cast.ada).shown_up is False
    mended = services.close(cast.place, cast.pam, made.uid)
    assert mended.state == "held" and mended.attendances.get(user=cast.ada).shown_up is True
    assert [c.what for c in mended.changes.all()] == ["booked", "no-show", "held"]


def test_of_a_duo_one_who_stays_away_does_not_make_it_missed(cast: Cast, clock: SetClock) -> None:
    duo = [cast.ada, cast.ben]
    made = services.book(cast.place, cast.pam, "performance", duo, at(10), 60)
    clock.at = at(12)
    assert services.close(cast.place, cast.pam, made.uid, [cast.ben.pk]).state == "held"
    assert made.attendances.get(user=cast.ben).shown_up is False


def test_what_was_done_is_never_changed_and_a_reason_can_be_forgotten(cast: Cast) -> None:
    made = talk(cast, at(10))
    services.cancel(cast.place, cast.ada, made.uid, reason="a private matter")
    for change in ({"what": "held"}, {"reason": "another"}, {"late": True}):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Change.objects.filter(meeting=made).update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Change.objects.filter(meeting=made).delete()
    Change.objects.filter(meeting=made).update(reason="")


# Data about a person ------------------------------------------------------------------------------


def test_everything_held_about_a_person_is_told_and_can_be_forgotten(cast: Cast) -> None:
    made = talk(cast, at(10), title="Ada's secret", note="bring the letters")
    told = held(cast.ada)
    assert told["meetings"][0]["title"] == "Ada's secret"
    assert told["availability"]["zone"] == "UTC" and len(told["availability"]["weekly"]) == 5
    erase(cast.place, cast.ada)
    made.refresh_from_db()
    assert (made.state, made.title, made.note) == ("cancelled", "Talk", "")
    assert held(cast.ada)["availability"]["weekly"] == [] and not taken(cast.ada)
    assert not Notice.objects.filter(user=cast.ada).exists()
    assert not Change.objects.exclude(reason="").exists()
    assert log.audit(cast.place).size == Entry.objects.count()


@pytest.mark.parametrize(
    ("span", "words"),
    [(5, "5 minutes"), (60, "60 minutes"), (120, "2 hours"), (1440, "24 hours"), (2880, "2 days")],
)
def test_spans_are_spoken(span: int, words: str) -> None:
    assert spoken(timedelta(minutes=span)) == words
