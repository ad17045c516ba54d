"""Exports as uses: permitted, logged, whole or not there, and checked by whoever has them."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
import soundfile
from django.db import DatabaseError, transaction

import yesand
from exported import export, manifest_of, open_terms
from small_troupe import ask, record, troupe
from yesand.agreements import services as agreements
from yesand.agreements.vocabulary import Material
from yesand.corpus import services as corpus
from yesand.corpus.errors import Overtaken
from yesand.corpus.exporting import folder
from yesand.corpus.exporting.copies import Copy
from yesand.corpus.exporting.ordering.services import carry_out, order
from yesand.corpus.exporting.receipt import Checked, Receipt
from yesand.corpus.exporting.services import archive, export_to, forget, hand_out, make
from yesand.corpus.models import Export, Manifest
from yesand.kernel.canonical import parse
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import CheckFailed, NotFound, Refused
from yesand.kernel.keys import Signer
from yesand.people import services as people
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.note import Verifier
from yesand.takes import services as takes


@pytest.fixture
def row(house: yesand.House, tmp_path: Path) -> Manifest:
    return manifest_of(house, tmp_path / "troupe")


def read(out: Path) -> Receipt:
    return Receipt.of_bytes((out / "export.json").read_bytes())


def read_archive(path: Path) -> Checked:
    copy = Copy.of(path)
    return Receipt.of_bytes(copy.receipt).check(copy)


def test_an_export_is_a_logged_use_under_a_decision(
    house: yesand.House, row: Manifest, tmp_path: Path
) -> None:
    made = export(house, row, "parquet", tmp_path / "out")
    assert made.entry.kind == Kind.EXPORT_MADE and made.by is None
    told = made.told
    assert (told["action"], told["format"], told["takes"]) == ("export", "parquet", 9)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Export.objects.filter(pk=made.pk).update(root="")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Export.objects.filter(pk=made.pk).delete()
    assert log.audit(house.place).size == Entry.objects.count()


def test_what_was_withdrawn_is_not_exported_and_nothing_is_logged(
    house: yesand.House, row: Manifest, tmp_path: Path
) -> None:
    agreements.withdraw(house.place, people.performer("Bert"))
    with pytest.raises(Overtaken, match="withdr"):
        export_to(house.place, row, "croissant", tmp_path / "out")
    assert not (tmp_path / "out").exists() and not Export.objects.exists()


def test_a_withdrawal_while_it_is_made_keeps_it_in_the_house(
    house: yesand.House, row: Manifest
) -> None:
    made = make(house.place, row, "tar")
    agreements.withdraw(house.place, people.performer("Bert"))
    with pytest.raises(Overtaken):
        hand_out(house.place, row, made, None)
    assert not Export.objects.exists()
    assert not Entry.objects.filter(kind=Kind.EXPORT_MADE).exists()


def test_a_withdrawal_ends_a_download_that_has_not_begun(
    house: yesand.House, row: Manifest
) -> None:
    given = hand_out(house.place, row, make(house.place, row, "tar"), None)
    assert archive(house.place, given).size
    agreements.withdraw(house.place, people.performer("Bert"))
    with pytest.raises(Overtaken):
        archive(house.place, given)


def test_it_says_what_was_left_out_and_why(house: yesand.House, tmp_path: Path) -> None:
    troupe(house, tmp_path / "troupe", open_terms())
    agreements.withdraw(house.place, people.performer("Bert"))
    row = manifest_of(house, tmp_path / "troupe")
    told = export(house, row, "tar", tmp_path / "out").told
    (left,) = told["left_out"]
    assert left["takes"] == 3 and "withdr" in left["reason"]
    assert parse((tmp_path / "out" / "left-out.json").read_bytes()) == told["left_out"]


def test_a_file_that_can_carry_no_credential_stays_and_that_is_said(
    house: yesand.House, tmp_path: Path
) -> None:
    source = record(tmp_path / "troupe")
    for path in sorted(source.glob("Alba-*.wav")):
        sound, rate = soundfile.read(path)
        soundfile.write(path.with_suffix(".ogg"), sound, rate, format="OGG", subtype="VORBIS")
        path.unlink()
    told = (source / "takes.csv").read_text()
    lines = [s.replace(".wav", ".ogg") if s.startswith("Alba") else s for s in told.split("\n")]
    (source / "takes.csv").write_text("\n".join(lines))
    takes.import_corpus(house.place, source, agreement=open_terms())
    row = manifest_of(house, source)
    told = export(house, row, "webdataset", tmp_path / "out").told
    assert told["takes"] == 6
    assert told["left_out"] == [
        {
            "takes": 3,
            "reason": "no credential can lie inside its kind of file; as FLAC it could leave",
        }
    ]


def test_nothing_of_a_trial_leaves(house: yesand.House, tmp_path: Path) -> None:
    from yesand.agreements.vocabulary import UseClass

    takes.import_corpus(house.place, record(tmp_path / "troupe"), trial=UseClass.RECOGNITION)
    made = corpus.gate(house.place, ask(house)).manifest
    row = Manifest.objects.get(digest=made.digest)
    with pytest.raises(Refused, match="Nothing of a trial"):
        export_to(house.place, row, "tar", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_same_again_finds_it_there_and_logs_nothing(
    house: yesand.House, row: Manifest, tmp_path: Path
) -> None:
    for target in (tmp_path / "out", tmp_path / "out.tar"):
        first = export(house, row, "tar", target)
        again, new = export_to(house.place, row, "tar", target)
        assert again == first and not new
    assert Export.objects.count() == 2


def test_what_lies_there_is_never_overwritten(
    house: yesand.House, row: Manifest, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(Refused, match="Something else lies there"):
        export_to(house.place, row, "parquet", tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine" and not Export.objects.exists()


def test_anybody_checks_the_receipt_and_every_file_offline(
    house: yesand.House, row: Manifest, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    made = export(house, row, "huggingface", out)
    key = log.key_of(house.place)
    for given in (None, key):
        checked = read(out).check(Copy.of(out), given)
        assert checked.entry == made.entry_id and checked.files
    other = Verifier(key.name, Signer.generate().public)
    with pytest.raises(CheckFailed):
        read(out).check(Copy.of(out), other)


def test_every_change_to_an_exported_folder_is_found(
    house: yesand.House, row: Manifest, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export(house, row, "tar", out)
    for _, path in folder.files(out):
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises(CheckFailed, match="not what was exported"):
            read(out).check(Copy.of(out))
        path.write_bytes(data)
    (out / "more.wav").write_bytes(b"more")
    with pytest.raises(CheckFailed, match="not exported"):
        read(out).check(Copy.of(out))
    (out / "more.wav").unlink()
    (out / "takes.csv").unlink()
    with pytest.raises(CheckFailed, match="missing"):
        read(out).check(Copy.of(out))


def test_any_part_of_the_archive_is_what_the_whole_has_there(
    house: yesand.House, row: Manifest, tmp_path: Path
) -> None:
    given = hand_out(house.place, row, make(house.place, row, "tar"), None)
    whole = b"".join(archive(house.place, given).pieces())
    assert len(whole) == archive(house.place, given).size
    log.record(house.place, Kind.TAKE_RECORDED, "ab" * 32)  # the log grows while it is fetched
    chance = random.Random(20261001)
    for _ in range(50):
        start = chance.randrange(len(whole))
        end = chance.randrange(start, len(whole)) + 1
        assert b"".join(archive(house.place, given).pieces(start, end)) == whole[start:end]
    (tmp_path / "whole.tar").write_bytes(whole)
    assert read_archive(tmp_path / "whole.tar").files
    (tmp_path / "whole.tar").write_bytes(whole.replace(b"RIFF", b"RIFX", 1))
    with pytest.raises(CheckFailed, match="not what was exported"):
        read_archive(tmp_path / "whole.tar")
    (tmp_path / "whole.tar").write_bytes(whole)
    with tarfile.open(tmp_path / "whole.tar") as file:
        file.extractall(tmp_path / "out", filter="data")
    assert read(tmp_path / "out").check(Copy.of(tmp_path / "out")).files


def test_what_was_made_goes_after_a_week_and_can_be_made_again(
    house: yesand.House, row: Manifest, clock: SetClock
) -> None:
    given = hand_out(house.place, row, make(house.place, row, "tar"), None)
    clock.advance(days=8)
    made = make(house.place, row, "parquet")
    with pytest.raises(NotFound, match="seven days"):
        archive(house.place, given)
    assert made.folder.exists()


def test_an_erased_performer_is_in_nothing_that_was_made(
    house: yesand.House, row: Manifest
) -> None:
    made = make(house.place, row, "tar")
    forget(house.place, [people.performer("Alba")])
    assert not made.folder.exists()


def test_an_order_is_one_however_often_it_is_asked_for_and_carried_out_once(
    house: yesand.House, row: Manifest
) -> None:
    user = people.account("lab", "licensee", "pw of one's own", organisation=row.licensee)
    first = order(house.place, row, "parquet", user)
    assert order(house.place, row, "parquet", user) == first
    assert carry_out(house.place, first.pk) == "ready"
    assert carry_out(house.place, first.pk) == "nothing to do"
    (given,) = Export.objects.all()
    first.refresh_from_db()
    assert (first.export, first.done, first.total) == (given, 9, 9)
    assert order(house.place, row, "parquet", user) != first  # another use


EXPORTING = """
import sys
sys.path[:0] = {path!r}
from pathlib import Path
import yesand
house = yesand.open({root!r})
from yesand.corpus.exporting.services import export_to, manifest_row
print("open", flush=True)
row = manifest_row(house.place, {digest!r})
export_to(house.place, row, "webdataset", Path({out!r}))
"""


def test_killed_at_any_moment_it_leaves_nothing_half(
    house: yesand.House, row: Manifest, tmp_path: Path
) -> None:
    out, chance = tmp_path / "out", random.Random(7)
    code = EXPORTING.format(
        path=sys.path, root=str(house.place.root), digest=row.digest, out=str(out)
    )
    for _ in range(5):
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
            assert child.stdout and child.stdout.readline() == b"open\n"
            time.sleep(chance.random() * 0.6)
            child.send_signal(signal.SIGKILL)
        assert not out.exists() or read(out).check(Copy.of(out)).files
    export_to(house.place, row, "webdataset", out)
    assert read(out).check(Copy.of(out)).files
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []


def test_features_leave_where_recordings_may_not(house: yesand.House, tmp_path: Path) -> None:
    troupe(house, tmp_path / "troupe")
    row = manifest_of(house, tmp_path / "troupe", Material.FEATURES)
    export(house, row, "tar", tmp_path / "out")
    assert len(list((tmp_path / "out" / "features").glob("*.npy"))) == 9
    assert not list((tmp_path / "out").rglob("*.wav"))
