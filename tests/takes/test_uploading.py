"""A recording comes in by parts: nothing lost, nothing doubled, nothing called stored too early."""

from __future__ import annotations

import io
import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import soundfile
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from upload_stage import UploadStage, left, set_upload_stage, sha, sign, wav
from videos import video

import yesand
from yesand.agreements.services import withdraw
from yesand.kernel.durable import StorageFull
from yesand.kernel.errors import BadInput, CheckFailed, Refused, TooLarge
from yesand.provenance.models import Entry
from yesand.takes.apart import Apart, Limits
from yesand.takes.intake import alone
from yesand.takes.media import MediaStore
from yesand.takes.models import Fault, Session, Take, Upload
from yesand.takes.recording.services import Unsigned
from yesand.takes.records.services import take_payload
from yesand.takes.services import import_corpus
from yesand.takes.sound import BadMedia
from yesand.takes.uploading.naming import plain
from yesand.takes.uploading.parts import PART, Parts
from yesand.takes.uploading.services import (
    Wish,
    abandon,
    begin,
    finish,
    parts_of,
    put,
)


@pytest.fixture
def world(house: yesand.House) -> UploadStage:
    return set_upload_stage(house)


LONG = wav(9.0)  # two parts


@pytest.mark.one_database
def test_what_was_sent_is_stored_as_a_take_byte_for_byte(world: UploadStage) -> None:
    upload = finish(world.house.place, world.sent(LONG), sha(LONG))
    take = Take.objects.get()
    assert upload.state == "stored" and upload.take == take
    assert (take.sha256, take.state, take.emotion) == (sha(LONG), "accepted", "sadness")
    assert take.session.project == world.project and take.original_name == "take.wav"
    assert MediaStore(world.house.place.media).path_of(sha(LONG)).read_bytes() == LONG
    assert take.entry.kind == "take.recorded" and take.entry.record
    assert left(world.house) == []


def test_the_log_commits_to_exactly_the_take(world: UploadStage) -> None:
    from yesand.kernel.ids import digest_of

    finish(world.house.place, world.sent(LONG), sha(LONG))
    take = Take.objects.get()
    assert take.entry.record == digest_of(take_payload(take))


@pytest.mark.both_databases
def test_every_step_twice_is_once(world: UploadStage) -> None:
    place = world.house.place
    for _ in range(2):
        upload = finish(place, world.sent(LONG), sha(LONG))
    assert Upload.objects.count() == Take.objects.count() == Session.objects.count() == 1
    assert Entry.objects.filter(kind="take.recorded").count() == 1
    assert finish(place, upload, sha(LONG)).state == "stored"


def test_the_same_recording_under_another_key_is_the_same_take(world: UploadStage) -> None:
    one = finish(world.house.place, world.sent(LONG, "one"), sha(LONG))
    two = finish(world.house.place, world.sent(LONG, "two"), sha(LONG))
    assert one.take == two.take and Take.objects.count() == 1


def test_a_key_means_one_upload(world: UploadStage) -> None:
    world.begun(LONG, "one")
    with pytest.raises(Refused, match="another upload"):
        world.begun(LONG[:-1], "one")


def test_a_part_that_was_damaged_on_its_way_is_not_kept(world: UploadStage) -> None:
    place, upload = world.house.place, world.begun(LONG)
    with pytest.raises(CheckFailed, match="damaged"):
        put(place, upload, 0, LONG[:PART], sha(b"other"))
    assert parts_of(place, upload).have() == []


def test_another_content_for_a_part_is_refused(world: UploadStage) -> None:
    place, upload = world.house.place, world.sent(LONG)
    other = bytes(len(LONG) - PART)
    with pytest.raises(Refused, match="Another part 1"):
        put(place, upload, 1, other, sha(other))
    assert finish(place, upload, sha(LONG)).state == "stored"


@pytest.mark.parametrize(("number", "data"), [(2, b"x"), (-1, b"x"), (1, b"x"), (0, b"")])
def test_a_part_that_cannot_be_is_refused(world: UploadStage, number: int, data: bytes) -> None:
    upload = world.begun(LONG)
    upload.refresh_from_db()
    with pytest.raises(BadInput):
        put(world.house.place, upload, number, data, sha(data))


def test_nothing_is_stored_while_a_part_is_missing(world: UploadStage) -> None:
    place, upload = world.house.place, world.begun(LONG)
    put(place, upload, 0, LONG[:PART], sha(LONG[:PART]))
    with pytest.raises(Refused, match="Part 1 has not come"):
        finish(place, upload, sha(LONG))
    assert not Take.objects.exists() and parts_of(place, upload).have() == [0]


def test_nothing_is_stored_under_a_hash_that_it_has_not(world: UploadStage) -> None:
    place, upload = world.house.place, world.sent(LONG)
    with pytest.raises(CheckFailed, match="announced"):
        finish(place, upload, sha(b"other"))
    assert not Take.objects.exists() and finish(place, upload, sha(LONG)).state == "stored"


def test_two_gigabytes_are_refused_before_a_byte_is_sent(world: UploadStage) -> None:
    with pytest.raises(TooLarge, match="2,147,483,648 bytes are more"):
        begin(
            world.house.place, world.ada, "big", Wish(world.project, world.scene, "a.wav", 2 << 30)
        )
    assert not Upload.objects.exists() and left(world.house) == []


def test_the_most_is_a_setting(world: UploadStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YESAND_UPLOAD_MAX", "1000")
    with pytest.raises(TooLarge, match="1,000"):
        world.begun(LONG)


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (b"MZ\x90\x00", "A program"),
        (b"\x7fELF\x02\x01", "A program"),
        (b"#!/bin/sh\nrm", "A script"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "A video"),
        (b"OggS\x00\x02" + bytes(20) + b"\x80theora", "A video"),
        (b"\x00\x00\x00\x20ftypM4A ", "M4A"),
        (b"\x89PNG\r\n\x1a\n", "A picture"),
        (b"\xff\xd8\xff\xe0", "A picture"),
        (b"PK\x03\x04", "An archive"),
        (b"%PDF-1.7", "A document"),
        (b"ignore your instructions", "Not a recording"),
    ],
)
def test_what_is_no_recording_is_told_by_its_first_bytes(
    world: UploadStage, head: bytes, told: str
) -> None:
    place, data = world.house.place, head.ljust(100, b"\x01")
    upload = world.begun(data, name="song.wav")
    with pytest.raises(BadMedia, match=told):
        put(place, upload, 0, data, sha(data))
    upload.refresh_from_db()
    assert upload.state == "refused" and told in upload.reason and left(world.house) == []
    with pytest.raises(Refused, match=told):
        put(place, upload, 0, data, sha(data))


@pytest.mark.parametrize("form", ["WAV", "FLAC", "MP3", "OGG"])
def test_what_can_be_read_is_taken(world: UploadStage, form: str) -> None:
    sound, rate = soundfile.read(io.BytesIO(LONG))
    file = io.BytesIO()
    soundfile.write(file, sound, rate, format=form)
    data = file.getvalue()
    upload = finish(world.house.place, world.sent(data, name=f"a.{form.lower()}"), sha(data))
    assert upload.state == "stored" and Take.objects.get().sha256 == sha(data)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
def test_a_video_is_taken_as_one_of_the_face(world: UploadStage, tmp_path: Path, name: str) -> None:
    data = video(tmp_path / name, 1.5, size=(320, 240)).read_bytes()
    upload = finish(world.house.place, world.sent(data, name=name), sha(data))
    assert upload.state == "stored"
    take = Take.objects.get()
    assert take.sha256 == sha(data) and take.modality == "face"
    assert take.media_type in ("video/mp4", "video/webm") and take.channels == 1


def test_a_video_without_sound_is_a_row_with_its_reason(world: UploadStage, tmp_path: Path) -> None:
    data = video(tmp_path / "a.mp4", silent=True).read_bytes()
    with pytest.raises(BadMedia, match="A video without sound"):
        finish(world.house.place, world.sent(data, name="a.mp4"), sha(data))
    assert left(world.house) == [] and not Take.objects.exists()


def test_a_recording_cut_off_is_a_row_with_its_reason(world: UploadStage) -> None:
    cut = LONG[: len(LONG) // 2]
    with pytest.raises(BadMedia, match="Cut off"):
        finish(world.house.place, world.sent(cut), sha(cut))
    assert "Cut off" in Fault.objects.get().reason and not Take.objects.exists()
    assert Upload.objects.get().state == "refused" and left(world.house) == []


@pytest.mark.parametrize("limits", [Limits(memory=1 << 26), Limits(wall_s=0.01)])
def test_a_decoder_that_wants_too_much_is_stopped_and_told(
    world: UploadStage, limits: Limits
) -> None:
    with pytest.raises(BadMedia, match="could not be decoded"):
        finish(world.house.place, world.sent(LONG), sha(LONG), Apart(limits))
    assert "could not be decoded" in Fault.objects.get().reason


def test_a_silent_take_is_kept_and_rejected_with_its_reason(world: UploadStage) -> None:
    data = wav(1.0, gain=0.0)
    take = finish(world.house.place, world.sent(data), sha(data)).take
    assert take is not None and take.state == "rejected"
    assert any(f["finding"] == "silence" and f["rejects"] for f in take.findings)


def test_without_an_agreement_nothing_is_begun(house: yesand.House) -> None:
    world = set_upload_stage(house, signed=False)
    with pytest.raises(Unsigned, match="standard/recognition"):
        world.begun(LONG)
    sign(house, world.ada)
    assert world.begun(LONG).state == "open"


def test_what_was_withdrawn_before_the_end_is_not_stored(world: UploadStage) -> None:
    upload = world.sent(LONG)
    withdraw(world.house.place, world.ada)
    with pytest.raises(Unsigned):
        finish(world.house.place, upload, sha(LONG))
    assert not Take.objects.exists() and parts_of(world.house.place, upload).have() == [0, 1]


def test_a_full_disk_loses_no_part(world: UploadStage) -> None:
    place, upload = world.house.place, world.begun(LONG)
    put(place, upload, 1, LONG[PART:], sha(LONG[PART:]))
    with full_disk(), pytest.raises(StorageFull):
        put(place, upload, 0, LONG[:PART], sha(LONG[:PART]))
    assert parts_of(place, upload).have() == [1]
    put(place, upload, 0, LONG[:PART], sha(LONG[:PART]))
    with full_disk(), pytest.raises(StorageFull):
        finish(place, upload, sha(LONG))
    assert parts_of(place, upload).have() == [0, 1] and not Take.objects.exists()
    assert finish(place, upload, sha(LONG)).state == "stored"


class full_disk:  # noqa: N801
    """No file of this process may grow beyond a few bytes: what a full disk is to a writer."""

    def __enter__(self) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, self.before[1]))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)


def test_an_upload_given_up_leaves_nothing(world: UploadStage) -> None:
    upload = world.sent(LONG)
    abandon(world.house.place, upload)
    abandon(world.house.place, upload)
    assert left(world.house) == [] and Upload.objects.get().state == "refused"


def test_a_stored_take_cannot_be_given_up(world: UploadStage) -> None:
    upload = finish(world.house.place, world.sent(LONG), sha(LONG))
    with pytest.raises(Refused, match="never removed"):
        abandon(world.house.place, upload)


@pytest.mark.both_databases
def test_an_import_that_runs_does_not_keep_an_upload_out(
    world: UploadStage, tmp_path: Path
) -> None:
    upload = world.sent(LONG)
    with alone(world.house.place.media):
        assert finish(world.house.place, upload, sha(LONG)).state == "stored"


def test_an_import_sweeps_no_upload_that_is_being_stored(world: UploadStage) -> None:
    store = MediaStore(world.house.place.media)
    with store.busy():
        (store.folder / ".incoming").mkdir(exist_ok=True)
        (store.folder / ".incoming" / "mine").write_bytes(b"x")
        store.sweep()
        assert (store.folder / ".incoming" / "mine").exists()
    store.sweep()
    assert not (store.folder / ".incoming" / "mine").exists()


def test_the_same_content_of_two_performers_is_disputed(world: UploadStage, tmp_path: Path) -> None:
    finish(world.house.place, world.sent(LONG), sha(LONG))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.wav").write_bytes(LONG)
    (tmp_path / "own" / "takes.csv").write_text("path,performer,emotion\na.wav,Ben,joy\n")
    import_corpus(world.house.place, tmp_path / "own")
    assert set(Take.objects.values_list("state", flat=True)) == {"disputed"}


KILLED = """
import os, signal, sys
import yesand
from pathlib import Path
opened = yesand.open(sys.argv[1])
from yesand.takes.models import Upload
from yesand.takes.uploading import services
import yesand.takes.services, yesand.takes.media
instants = {
    "store": (yesand.takes.media.MediaStore, "keep"),
    "intake": (services, "bring_in"),
    "clear": (services.Parts, "clear"),
}
owner, name = instants[sys.argv[2]]
real = getattr(owner, name)
def deadly(*args, **kwargs):
    real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(owner, name, deadly)
services.finish(opened.place, Upload.objects.get(), sys.argv[3])
"""


@pytest.mark.parametrize("instant", ["store", "intake", "clear"])
def test_killed_at_an_instant_finishing_again_gives_one_take(
    world: UploadStage, instant: str
) -> None:
    upload = world.sent(LONG)
    connection.close()
    process = subprocess.run(
        [sys.executable, "-c", KILLED, str(world.house.place.root), instant, sha(LONG)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "YESAND_NOW": "2026-10-01T00:00:00Z",
        },
        check=False,
    )
    assert process.returncode == -signal.SIGKILL
    upload.refresh_from_db()
    assert finish(world.house.place, upload, sha(LONG)).state == "stored"
    assert Take.objects.get().sha256 == sha(LONG) and left(world.house) == []
    assert Entry.objects.filter(kind="take.recorded").count() == 1


@pytest.mark.sqlite
def test_two_tabs_that_finish_at_once_make_one_take(world: UploadStage) -> None:
    upload, place = world.sent(LONG), world.house.place
    states: list[str] = []

    def work() -> None:
        try:
            states.append(finish(place, Upload.objects.get(pk=upload.pk), sha(LONG)).state)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == ["stored", "stored"] and Take.objects.count() == 1


@given(st.integers(1, 5 * PART + 7))
def test_the_parts_make_exactly_the_whole(size: int) -> None:
    parts = Parts(Path("nowhere"), size)
    assert sum(parts.length(n) for n in range(parts.count)) == size
    assert all(0 < parts.length(n) <= PART for n in range(parts.count))


@given(st.text(max_size=400))
def test_no_name_leaves_its_folder(name: str) -> None:
    kept = plain(name)
    assert kept and "/" not in kept and "\0" not in kept and kept not in {".", ".."}
    assert len(kept) <= 120
