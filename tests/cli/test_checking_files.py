"""``yesand check FILE``: what a file is, in the house's words and without a network."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from ravdess_like import corpus

import yesand
from files_with_credentials import claim, flipped, plain, stranger
from yesand.cli import _run as run
from yesand.provenance.credentials.mining import Aim, Mining, Said, Use
from yesand.provenance.credentials.signing import sign
from yesand.takes.media import MediaStore


@pytest.fixture
def folder(empty_house: Path, tmp_path: Path) -> str:
    """A new house's folder."""
    return str(shutil.copytree(empty_house, tmp_path / "H"))


def test_a_take_is_known_and_its_class_of_agreement_told(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["import", str(corpus(tmp_path / "ravdess")), "--house", folder])
    store = MediaStore(Path(folder) / "media")
    path = store.path_of(store.names()[0])
    capsys.readouterr()
    assert run(["check", str(path), "--house", folder, "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["files"]
    assert told["ours"] and told["logged"] and told["credentials"] is None
    assert told["licence"]["template"] == "licence/ravdess"
    assert told["licence"]["commercial"] is False
    assert run(["check", str(path), "--house", folder]) == 0
    said = capsys.readouterr().out
    assert "one of ours" in said and "not to make money" in said
    assert "in which form: " in said
    assert run(["check", str(tmp_path / "none.wav"), str(path), "--house", folder]) == 2
    both = capsys.readouterr()
    assert "one of ours" in both.out and "none.wav" in both.err


def test_a_foreign_file_shows_its_credentials_with_and_without_a_house(
    folder: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "signed.mp4"
    sign(plain(tmp_path, "mp4"), target, "video/mp4", claim(), stranger("A Studio"))
    assert run(["check", str(target), "--house", folder]) == 0
    said = capsys.readouterr().out
    assert "not one of ours" in said and "signed by: A Studio" in said
    assert "ai_generative_training: notAllowed" in said
    monkeypatch.delenv("YESAND_HOUSE")
    assert run(["check", str(target)]) == 0
    assert "no house was named" in capsys.readouterr().out


def test_a_flipped_byte_ends_with_status_one_and_a_sentence(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "signed.wav"
    sign(plain(tmp_path, "wav"), target, "audio/wav", claim(), stranger())
    changed, clean = flipped(target, 5000), plain(tmp_path, "mp3")
    assert run(["check", str(clean), str(changed), "--house", folder]) == 1
    said = capsys.readouterr().out
    assert "does not hold" in said and "none inside" in said


def test_no_file_and_no_house_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YESAND_HOUSE", raising=False)
    assert run(["check"]) == 2
    assert run(["check", str(tmp_path / "missing.wav")]) == 2
    assert "Cannot be read" in capsys.readouterr().err


def test_import_says_what_was_kept_out_and_how_to_answer_for_it(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "own"
    root.mkdir()
    forbidding = claim(mining=Mining({Aim.AI_TRAINING: Said(Use.NOT_ALLOWED)}))
    source = plain(tmp_path, "flac")
    sign(source, root / "a.flac", "audio/flac", forbidding, stranger())
    (root / "takes.csv").write_text("path,performer,emotion\na.flac,Ada,joy\n")
    asked = ["import", str(root), "--house", folder, "--standard", "recognition"]
    assert run(asked) == 0
    said = capsys.readouterr().out
    assert "1 kept out by their own credentials" in said and "--despite-credentials" in said
    assert run([*asked, "--despite-credentials", "Hers, by letter 7", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["imported"] == 1
    yesand.open(folder).close()
