"""A verdict is a new entry; the latest gives a take its state, and the gate obeys it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from upload_stage import UploadStage, set_upload_stage, sha, sign, wav

import yesand
from yesand.agreements.clause import Request
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.corpus.auditing.services import audit_completeness
from yesand.corpus.errors import NothingPermitted, Overtaken
from yesand.corpus.services import check_current, gate
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest_of
from yesand.people import services as people
from yesand.people.models import Performer
from yesand.provenance import services as log
from yesand.takes.models import Review, Session, Take
from yesand.takes.recording.services import session_for, to_do
from yesand.takes.reviewing.services import queue, review, review_payload
from yesand.takes.services import import_corpus
from yesand.takes.uploading.services import finish


@pytest.fixture
def world(house: yesand.House) -> UploadStage:
    people.furnish(house.place)
    return set_upload_stage(house)


def given(world: UploadStage, data: bytes, key: str = "one") -> Take:
    take = finish(world.house.place, world.sent(data, key), sha(data)).take
    assert take is not None
    return take


def asked(world: UploadStage) -> Request:
    return Request(
        "house-lab",
        Purpose.EMOTION_RECOGNITION,
        UseClass.RECOGNITION,
        at=world.house.place.clock.now(),
        territory="DE",
    )


def test_the_gate_obeys_the_latest_verdict(world: UploadStage) -> None:
    place, take = world.house.place, given(world, wav(1.0))
    first = gate(place, asked(world)).manifest
    assert [t.sha256 for t in first.takes] == [take.sha256]
    review(place, take, world.producer, "rejected", "A siren in the middle")
    with pytest.raises(NothingPermitted):
        gate(place, asked(world))
    with pytest.raises(Overtaken):
        check_current(place, first)
    audit_completeness(place, first)  # what was true then is still proved
    review(place, take, world.producer, "accepted", "On second hearing it is fine")
    assert [t.sha256 for t in gate(place, asked(world)).manifest.takes] == [take.sha256]


def test_a_take_that_a_finding_rejects_can_be_accepted_with_a_reason(world: UploadStage) -> None:
    take = given(world, wav(1.0, gain=0.0))
    assert take.state == "rejected" and take in queue()
    review(world.house.place, take, world.producer, "accepted", "The silence is the performance")
    assert Take.objects.get().state == "accepted" and take not in queue()
    assert Take.objects.get().findings == take.findings


def test_a_verdict_is_in_the_log_and_cannot_be_changed(world: UploadStage) -> None:
    place, take = world.house.place, given(world, wav(1.0))
    made = review(place, take, world.producer, "rejected", "A siren")
    payload = review_payload(take, world.producer, "rejected", "A siren", stamp(made.at), None)
    assert made.entry.kind == "take.reviewed" and made.entry.record == digest_of(payload)
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.update(verdict="accepted")
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.all().delete()
    log.audit(place)


def test_the_same_verdict_twice_is_one(world: UploadStage) -> None:
    place, take = world.house.place, given(world, wav(1.0))
    for _ in range(2):
        review(place, take, world.producer, "rejected", " A  siren ")
    assert Review.objects.get().reason == "A siren"


@pytest.mark.parametrize(("verdict", "reason"), [("perhaps", "x"), ("accepted", "  "), ("", "")])
def test_a_verdict_without_sense_or_reason_is_refused(
    world: UploadStage, verdict: str, reason: str
) -> None:
    with pytest.raises(BadInput):
        review(world.house.place, given(world, wav(1.0)), world.producer, verdict, reason)


def test_a_dispute_is_settled_for_one_by_rejecting_the_other(
    world: UploadStage, tmp_path: Path
) -> None:
    data, place = wav(1.0), world.house.place
    mine = given(world, data)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.wav").write_bytes(data)
    (tmp_path / "own" / "takes.csv").write_text("path,performer,emotion\na.wav,Ben,joy\n")
    import_corpus(place, tmp_path / "own")
    theirs = Take.objects.get(performer__handle="Ben")
    assert {mine, theirs} <= set(queue())
    with pytest.raises(Refused, match="Ben gives the same"):
        review(place, mine, world.producer, "accepted", "It is Ada's voice")
    review(place, theirs, world.producer, "rejected", "It is not Ben's voice")
    review(place, mine, world.producer, "accepted", "It is Ada's voice")
    assert dict(Take.objects.values_list("performer__handle", "state")) == {
        "Ada": "accepted",
        "Ben": "rejected",
    }
    assert not queue().exists()


def test_a_rejected_scene_is_to_be_done_again_until_one_take_is_accepted(
    world: UploadStage,
) -> None:
    place = world.house.place
    first = given(world, wav(1.0, seed=1))
    review(place, first, world.producer, "rejected", "A siren")
    (row,) = to_do(world.ada, world.project)
    assert row.redo and not row.done
    second = given(world, wav(1.0, seed=2), "two")
    (row,) = to_do(world.ada, world.project)
    assert row.done and not row.redo and row.takes == (second, first)
    assert second.repetition == 2


def test_who_performs_together_is_joined_by_the_meeting(world: UploadStage) -> None:
    from yesand.meetings.models import Attendance, Meeting

    place = world.house.place
    ben, _ = people.join(place, "Ben")
    sign(world.house, ben)
    now = place.clock.now()
    from datetime import timedelta

    meeting = Meeting.objects.create(
        kind="performance",
        title="A duo",
        starts_at=now,
        ends_at=now + timedelta(hours=1),
        zone="Europe/Berlin",
        made_by=world.producer,
        made_at=now,
    )
    sessions = [session_for(place, who, world.project, meeting) for who in (world.ada, ben)]
    assert {s.performer for s in sessions} == {world.ada, ben}
    assert {s.meeting for s in sessions} == {meeting}
    assert all(s.agreement.performer == s.performer for s in sessions)
    assert session_for(place, ben, world.project, meeting) == sessions[1]
    assert session_for(place, ben, world.project) != sessions[1]
    assert Session.objects.count() == 3 and Performer.objects.count() == 2
    assert not Attendance.objects.exists()
