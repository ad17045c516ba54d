"""`yesand export` and `publish-log`, and what `yesand verify` says of what they made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import yesand
from exported import manifest_of
from yesand.cli import _run as run
from yesand.provenance.kinds import Kind
from yesand.provenance.services import key_of, record


@pytest.mark.sqlite
def test_a_corpus_is_exported_and_checked_by_command(
    house: yesand.House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = manifest_of(house, tmp_path / "troupe")
    home, out, key = str(house.place.root), str(tmp_path / "out"), str(key_of(house.place))
    command = ["export", row.digest, "--house", home, "--format", "parquet", "--out", out]
    assert run([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["takes"], told["format"], told["new"], told["left_out"]) == (
        9,
        "parquet",
        True,
        [],
    )
    assert run(command) == 0
    assert "nothing is new" in capsys.readouterr().out
    assert run(["verify", out, "--key", key]) == 0
    said = capsys.readouterr().out
    assert "9 takes as raw (parquet) to house-lab" in said and "every one is as it was" in said
    (tmp_path / "out" / "README.txt").write_text("other")
    assert run(["verify", out]) == 1
    assert "not what was exported" in capsys.readouterr().err


@pytest.mark.sqlite
def test_an_archive_is_checked_as_it_is(
    house: yesand.House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = manifest_of(house, tmp_path / "troupe")
    home, out = str(house.place.root), tmp_path / "out.tar"
    command = ["export", row.digest, "--house", home, "--format", "tar", "--out", str(out)]
    assert run(command) == 0 and run(["verify", str(out)]) == 0
    assert "every one is as it was exported" in capsys.readouterr().out
    out.write_bytes(out.read_bytes()[:-40_000])
    assert run(["verify", str(out)]) == 1


@pytest.mark.sqlite
def test_an_export_that_cannot_be_says_why(
    house: yesand.House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(house.place.root)
    assert run(["export", "ab" * 32, "--house", home]) == 2
    assert "No such manifest" in capsys.readouterr().err
    row = manifest_of(house, tmp_path / "troupe")
    assert run(["export", row.digest, "--house", home, "--format", "zip"]) == 2
    assert "There are tar, croissant" in capsys.readouterr().err


@pytest.mark.sqlite
def test_the_log_is_published_and_checked_by_command(
    house: yesand.House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, out, key = str(house.place.root), tmp_path / "public", str(key_of(house.place))
    record(house.place, Kind.TAKE_RECORDED, "ab" * 32)
    assert run(["publish-log", str(out), "--house", home]) == 0
    assert run(["verify", str(out), "--key", key]) == 0
    assert "every tile, the root and the signature hold" in capsys.readouterr().out
    assert run(["verify", str(out)]) == 2
    (tile,) = (out / "tile" / "0" / "000.p").iterdir()
    tile.write_bytes(bytes(len(tile.read_bytes())))
    assert run(["verify", str(out), "--key", key]) == 1
    assert "A tile is not what its entries make it" in capsys.readouterr().err
