"""A house and its witnesses, in processes of their own, over HTTP."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import yesand
from forked_logs import Second
from yesand.cli import _run as run
from yesand.kernel.ids import digest
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.note import Checkpoint, Note, open_checkpoint
from yesand.provenance.witnessing.asking import ask_all, cosigned
from yesand.provenance.witnessing.background import Asking
from yesand.provenance.witnessing.witness import Witness

pytestmark = [pytest.mark.enable_socket, pytest.mark.sqlite]
Told = Callable[..., dict[str, object]]


@pytest.fixture
def witnesses(
    house: yesand.House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[Second]]:
    """Two witnesses of the house's log; the house asks both."""
    key = log.key_of(house.place)
    made = [Second(tmp_path / f"w{n}", [key], f"union.example/w{n}") for n in (1, 2)]
    for second in made:
        second.start()
    monkeypatch.setenv("YESAND_WITNESSES", ", ".join(second.setting for second in made))
    yield made
    for second in made:
        second.kill()


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Run a command and return its status and what it told."""

    def tell(*words: object) -> dict[str, object]:
        capsys.readouterr()
        status = run([*map(str, words), "--json"])
        out, err = capsys.readouterr()
        return {"status": status, **json.loads(out or err)}

    return tell


def grow(house: yesand.House, label: str, count: int = 1) -> None:
    marks = [digest(f"{label} {i}".encode()) for i in range(count)]
    log.record_many(house.place, Kind.TAKE_RECORDED, marks)


def test_each_new_checkpoint_is_cosigned_and_proofs_carry_it(
    house: yesand.House, witnesses: list[Second], told: Told, tmp_path: Path
) -> None:
    keys = [second.witness.key for second in witnesses]
    for count in (3, 1, 70):
        grow(house, f"step {count}", count)
        said = told("cosignatures", "--house", house.place.root)
        assert said["status"] == 0 and said["reached"] is True and said["quorum"] == 2
    proof = log.prove(house.place, 2)
    leaf = Entry.objects.get(index=2).leaf()
    proof.verify(leaf, house.place.origin, house.place.signer.public, keys)
    path = tmp_path / "entry-2.tlog-proof"
    path.write_bytes(bytes(type(proof)(proof.index, proof.path, proof.checkpoint, leaf)))
    key = str(log.key_of(house.place))
    asked = [f"--witness={key}" for key in keys]
    said = told("verify", path, "--key", key, *asked)
    assert said["witnesses"] == ["union.example/w1", "union.example/w2"]
    stranger = Witness.open(tmp_path / "stranger", "stranger.example/w").key
    assert told("verify", path, "--key", key, f"--witness={stranger}")["status"] == 1


def test_an_entry_too_new_for_the_quorum_is_proven_all_the_same(
    house: yesand.House, witnesses: list[Second]
) -> None:
    grow(house, "before", 5)
    ask_all(house.place)
    covered = log.log_of(house.place).size
    witnesses[0].kill()
    grow(house, "after", 2)
    held = ask_all(house.place)
    assert [bool(h.fault) for h in held] == [True, False]
    old, new = log.prove(house.place, 0), log.prove(house.place, covered + 1)
    assert len(Note.parse(old.checkpoint).lines) == 3  # an older tree that both have cosigned
    assert len(Note.parse(new.checkpoint).lines) == 2  # the newest, that one has
    assert Checkpoint.parse(Note.parse(new.checkpoint).text).size == covered + 2
    witnesses[0].start()
    assert not any(h.fault for h in ask_all(house.place))
    assert len(Note.parse(log.prove(house.place, 0).checkpoint).lines) == 3
    signed = cosigned(house.place, log.checkpoint(house.place))
    keys = [second.witness.key for second in witnesses]
    open_checkpoint(signed, house.place.origin, house.place.signer.public, keys)


def test_a_house_that_forgot_asks_from_where_the_witness_stands(
    house: yesand.House, witnesses: list[Second]
) -> None:
    grow(house, "before", 5)
    ask_all(house.place)
    shutil.rmtree(house.place.root / "witnesses")
    grow(house, "after", 5)
    assert not any(h.fault for h in ask_all(house.place))


def test_a_forked_house_gets_no_cosignature_and_is_convicted(
    house: yesand.House, witnesses: list[Second], told: Told, tmp_path: Path
) -> None:
    grow(house, "common", 9)
    fork = tmp_path / "fork"
    shutil.copytree(house.place.root, fork)
    grow(house, "shown to one", 3)
    assert told("cosignatures", "--house", house.place.root)["status"] == 0
    kept = tmp_path / "kept.checkpoint"
    kept.write_bytes(log.checkpoint(house.place))
    house.close()
    other = yesand.open(fork)
    for extra in (3, 4):  # first as long as the one that was cosigned, then longer
        grow(other, f"shown to another {extra}", extra)
        said = told("cosignatures", "--house", fork)
        assert said["status"] == 1 and said["reached"] is False
    for second in witnesses:
        assert second.witness.splits
        for proof in second.witness.splits:
            found = told("verify", proof)
            assert found["status"] == 0 and found["split"] is True
    out = tmp_path / "split.json"
    assert told("compare", kept, "--house", fork, "--out", out)["split"] is True
    assert told("verify", out)["split"] is True
    forged = json.loads(out.read_text("utf-8"))
    forged["first"] = forged["second"]
    out.write_text(json.dumps(forged), "utf-8")
    assert told("verify", out)["status"] == 1
    own = tmp_path / "own.checkpoint"
    own.write_bytes(log.checkpoint(other.place))
    assert told("compare", own, "--house", fork)["split"] is False
    other.close()


def test_a_checkpoint_is_cosigned_beside_other_work(
    house: yesand.House, witnesses: list[Second]
) -> None:
    with Asking(house.place, every=0.1):
        for number in range(2):
            grow(house, f"step {number}")
            until = time.monotonic() + 20
            signed = log.checkpoint(house.place)
            while len(Note.parse(cosigned(house.place, signed)).lines) < 3:
                assert time.monotonic() < until
                time.sleep(0.05)


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("YESAND_WITNESSES", "nonsense"),
        ("YESAND_WITNESSES", "a+b+c https://w.example"),
        ("YESAND_WITNESS_QUORUM", "7"),
    ],
)
def test_a_wrong_setting_is_told_and_stops_no_proof(
    name: str, setting: str, house: yesand.House, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, setting)
    grow(house, "step")
    assert log.prove(house.place, 0).checkpoint == log.checkpoint(house.place)
    said = told("cosignatures", "--house", house.place.root)
    assert said["status"] == (2 if name == "YESAND_WITNESSES" else said["status"])


def test_who_a_witness_is_and_what_it_watches_is_told(told: Told, tmp_path: Path) -> None:
    said = told("witness", "--keys", tmp_path / "w", "--name", "union.example/w1")
    assert str(said["key"]).startswith("union.example/w1+") and said["logs"] == []
    assert told("witness", "--keys", tmp_path / "none")["status"] == 2


def test_a_published_file_that_was_edited_is_put_back_and_named(
    house: yesand.House, told: Told, tmp_path: Path
) -> None:
    grow(house, "published", 3)
    public = tmp_path / "public"
    publish = ("publish-log", public, "--house", house.place.root)
    first = told(*publish)
    assert (first["status"], first["mended"]) == (0, [])
    (bundle,) = (public / "tile/entries/000.p").iterdir()
    bundle.write_bytes(b"edited")
    again = told(*publish)
    assert (again["status"], again["mended"]) == (1, [str(bundle.relative_to(public))])
    assert told(*publish)["status"] == 0
