from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

import yesand
from yesand.kernel.durable import StorageFull
from yesand.kernel.errors import NotFound
from yesand.kernel.ids import digest
from yesand.provenance import services as log
from yesand.provenance.errors import LogBroken
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry

HOUSE = yesand.House


def digests(count: int, label: str = "record") -> list[str]:
    return [digest(f"{label} {i}".encode()) for i in range(count)]


def test_what_is_recorded_is_proven(house: HOUSE) -> None:
    entries = log.record_many(house.place, Kind.TAKE_RECORDED, digests(300))
    origin, public = house.place.origin, house.place.signer.public
    for entry in entries[::37]:
        head = log.prove(house.place, entry.index).verify(entry.leaf(), origin, public)
        assert head.size == Entry.objects.count()
    assert log.audit(house.place).size == Entry.objects.count()


def test_a_rolled_back_record_is_never_published(house: HOUSE) -> None:
    log.checkpoint(house.place)
    size = log.log_of(house.place).size
    with pytest.raises(RuntimeError), transaction.atomic():
        log.record(house.place, Kind.TAKE_RECORDED, digest(b"undone"))
        log.checkpoint(house.place)
        raise RuntimeError("changed my mind")
    assert log.log_of(house.place).size == size
    assert log.record(house.place, Kind.TAKE_RECORDED, digest(b"done")).index == size
    assert log.audit(house.place).size == size + 1


def test_rows_left_by_a_crash_before_publishing_are_published_next(house: HOUSE) -> None:
    log.checkpoint(house.place)
    size = Entry.objects.count()
    with transaction.atomic():
        log.record_many(house.place, Kind.TAKE_RECORDED, digests(10))
        connection.run_on_commit.clear()  # the process ends here, after its commit
    assert log.log_of(house.place).size == size
    assert log.prove(house.place, size + 9).index == size + 9
    assert log.audit(house.place).size == size + 10


@pytest.mark.deep
@pytest.mark.slow
def test_100000_pending_rows_are_published_in_bounded_memory(house: HOUSE) -> None:
    with transaction.atomic():
        for at in range(10):
            log.record_many(house.place, Kind.TAKE_RECORDED, digests(10_000, f"batch {at}"))
            connection.run_on_commit.clear()
    tracemalloc.start()
    log.publish(house.place)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert log.log_of(house.place).size == Entry.objects.count() >= 100_000
    assert peak < 60e6


def test_an_empty_house_has_a_signed_checkpoint(house: HOUSE) -> None:
    signed = log.checkpoint(house.place)
    assert signed.decode().startswith(f"{house.place.origin}\n")
    assert log.checkpoint(house.place) == signed


def test_an_entry_that_is_not_there_has_no_proof(house: HOUSE) -> None:
    for index in (-1, Entry.objects.count()):
        with pytest.raises(NotFound):
            log.prove(house.place, index)


def test_erasing_a_person_keeps_every_proof(house: HOUSE) -> None:
    entries = log.record_many(house.place, Kind.TAKE_RECORDED, digests(5))
    before = [bytes(log.prove(house.place, e.index)) for e in entries]
    assert log.erase(entries[1:3]) == 2
    assert log.erase(entries[1:3]) == 0
    gone = Entry.objects.get(pk=entries[1].pk)
    assert (gone.salt, gone.record) == ("", "")
    assert [bytes(log.prove(house.place, e.index)) for e in entries] == before
    origin, public = house.place.origin, house.place.signer.public
    log.prove(house.place, gone.index).verify(gone.leaf(), origin, public)
    log.audit(house.place)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "export.made"},
        {"at": "2020-01-01T00:00:00Z"},
        {"commitment": "0" * 64},
        {"salt": "1" * 64},
        {"record": "1" * 64},
        {"salt": "", "record": "", "kind": "export.made"},
        {"salt": ""},
    ],
)
def test_an_entry_is_never_changed(house: HOUSE, change: dict[str, str]) -> None:
    entry = log.record(house.place, Kind.TAKE_RECORDED, digest(b"take"))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).delete()
    assert Entry.objects.get(pk=entry.pk).record == entry.record


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE provenance_entry SET kind = 'export.made' WHERE \"index\" = 3",
        'UPDATE provenance_entry SET record = commitment WHERE "index" = 3',
        'UPDATE provenance_entry SET salt = commitment WHERE "index" = 3',
        'DELETE FROM provenance_entry WHERE "index" = 3',
        'DELETE FROM provenance_entry WHERE "index" = (SELECT MAX("index") FROM provenance_entry)',
    ],
)
def test_an_edited_row_is_found_by_the_audit(
    house: HOUSE, unguard: Callable[[str], None], sql: str
) -> None:
    log.record_many(house.place, Kind.TAKE_RECORDED, digests(8))
    log.audit(house.place)
    unguard("provenance_entry")
    with connection.cursor() as cursor:
        cursor.execute(sql)
    with pytest.raises(LogBroken):
        log.audit(house.place)


def test_an_edited_tile_is_found_by_the_audit(house: HOUSE) -> None:
    log.record_many(house.place, Kind.TAKE_RECORDED, digests(300))
    for path in (p for p in (house.place.log / "tile").rglob("*") if p.is_file()):
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises(LogBroken):
            log.audit(house.place)
        path.write_bytes(data)
    log.audit(house.place)


def test_a_full_disk_while_publishing_loses_nothing(
    house: HOUSE, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.checkpoint(house.place)
    size = Entry.objects.count()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(StorageFull):
            log.record_many(house.place, Kind.TAKE_RECORDED, digests(8))
    assert log.log_of(house.place).size == size
    assert log.audit(house.place).size == size + 8


RECORDING = """
import sys
sys.path[:0] = {path!r}
import yesand
house = yesand.open({root!r})
from yesand.kernel.ids import digest
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
print("open", flush=True)
while True:
    log.record_many(house.place, Kind.TAKE_RECORDED, [digest(b"%d" % i) for i in range(20)])
"""


def test_killed_while_recording_it_resumes(house: HOUSE, tmp_path: Path) -> None:
    root, rng = str(house.place.root), random.Random(3)
    for _ in range(4):
        code = RECORDING.format(path=sys.path, root=root)
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
            assert child.stdout and child.stdout.readline() == b"open\n"
            time.sleep(0.05 + rng.random() * 0.2)
            child.send_signal(signal.SIGKILL)
        head = log.audit(house.place)
        assert head.size == Entry.objects.count()
    assert head.size >= 20


def test_two_processes_record_side_by_side(house: HOUSE) -> None:
    code = RECORDING.replace("while True", "for _ in range(15)")
    code = code.format(path=sys.path, root=str(house.place.root))
    children = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [child.wait(120) for child in children] == [0, 0]
    assert log.audit(house.place).size >= 600
