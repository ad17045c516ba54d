"""Private keys under a passphrase that a vault keeps: sealed, moved to the next one, never lost."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

import yesand
from yesand.cli import app
from yesand.kernel.errors import BadInput
from yesand.kernel.keys import KeyStore, Signer
from yesand.kernel.place import Place
from yesand.kernel.vault import passphrase, told

FIRST, SECOND = b"a" * 40, b"b" * 40


def test_a_sealed_key_signs_for_who_has_the_passphrase_alone(tmp_path: Path) -> None:
    signer = KeyStore(tmp_path, FIRST).create()
    assert KeyStore(tmp_path, FIRST).get(signer.id).sign(b"x") == signer.sign(b"x")
    assert signer.private.private_bytes_raw() not in (tmp_path / f"{signer.id}.pem").read_bytes()
    with pytest.raises(BadInput, match="sealed"):
        KeyStore(tmp_path).get(signer.id)
    with pytest.raises(BadInput, match="does not open"):
        KeyStore(tmp_path, SECOND).get(signer.id)


def test_keys_are_sealed_moved_and_opened_and_stay_the_same(tmp_path: Path) -> None:
    signer = KeyStore(tmp_path).create()
    (tmp_path / "credentials.pem").write_text("certificates, and no key")
    for store, before, sealed in (
        (KeyStore(tmp_path, FIRST), None, 1),
        (KeyStore(tmp_path, FIRST), None, 0),
        (KeyStore(tmp_path, SECOND), FIRST, 1),
        (KeyStore(tmp_path), SECOND, 1),
    ):
        assert store.seal(before) == sealed
        assert store.get(signer.id).pem() == signer.pem()
    assert stat.S_IMODE((tmp_path / f"{signer.id}.pem").stat().st_mode) == 0o600


def test_a_key_that_nothing_opens_is_left_as_it_is(tmp_path: Path) -> None:
    name = KeyStore(tmp_path, FIRST).create().id
    before = (tmp_path / f"{name}.pem").read_bytes()
    with pytest.raises(BadInput, match="sealed"):
        KeyStore(tmp_path, SECOND).seal()
    assert (tmp_path / f"{name}.pem").read_bytes() == before


def test_a_passphrase_that_could_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YESAND_KEY_PASSPHRASE", "correct horse battery staple")
    with pytest.raises(BadInput, match="fewer than 32"):
        passphrase()


def test_a_secret_that_is_not_mounted_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YESAND_SECRET_FILE", str(tmp_path / "away"))
    with pytest.raises(BadInput, match="YESAND_SECRET_FILE"):
        told("YESAND_SECRET")


def test_a_house_lives_on_sealed_keys(
    house: yesand.House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, kept = house.place, tmp_path / "passphrase"
    before = place.signer
    kept.write_bytes(FIRST + b"\n")
    monkeypatch.setenv("YESAND_KEY_PASSPHRASE_FILE", str(kept))
    assert place.keys.seal() >= 1
    assert place.signer.id == before.id and Signer(place.signer.private).pem() == before.pem()
    kept.write_bytes(SECOND)
    with pytest.raises(BadInput, match="does not open"):
        _ = place.signer


def test_a_command_moves_a_house_to_the_next_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YESAND_KEY_PASSPHRASE", FIRST.decode())
    signer = Place.create(tmp_path / "h", "A house").signer
    monkeypatch.setenv("YESAND_KEY_PASSPHRASE", SECOND.decode())
    monkeypatch.setenv("YESAND_KEY_PASSPHRASE_BEFORE", FIRST.decode())
    assert CliRunner().invoke(app, ["seal", "--house", str(tmp_path / "h")]).exit_code == 0
    assert Place.open(tmp_path / "h").signer.id == signer.id
