"""``yesand disclose`` in the house, ``yesand audit`` on anybody's machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import yesand
from small_troupe import ask, troupe
from yesand.cli import _run as run
from yesand.corpus import services as corpus
from yesand.provenance import services as log


@pytest.fixture
def disclosure(house: yesand.House, tmp_path: Path) -> Path:
    troupe(house, tmp_path / "troupe")
    corpus.gate(house.place, ask(house)).manifest.save(tmp_path / "corpus.json")
    house.withdraw("Bert")
    corpus.gate(house.place, ask(house))
    (tmp_path / "kept").write_bytes(log.checkpoint(house.place))
    out = tmp_path / "disclosure.jsonl"
    assert run(["disclose", str(out), "--house", str(house.place.root)]) == 0
    return out


@pytest.mark.sqlite
def test_an_auditor_needs_a_file_and_a_key(
    disclosure: Path, house: yesand.House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["audit", str(disclosure), "--key", str(log.key_of(house.place))]
    more = ["--checkpoint", str(tmp_path / "kept"), "--manifest", str(tmp_path / "corpus.json")]
    capsys.readouterr()
    assert run([*words, *more]) == 0
    said = capsys.readouterr().out
    assert "9 permitted, 0 refused" in said and "6 permitted, 3 refused" in said
    assert "3 takes, in none of the manifests that were signed later and ask for them (1)" in said
    assert run([*words, *more, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [m["permitted"] for m in told["manifests"]] == [9, 6]
    assert run(["verify", str(disclosure)]) == 0
    assert "compare it with" in capsys.readouterr().out


@pytest.mark.sqlite
def test_what_is_no_disclosure_and_what_was_cut_are_told_apart(
    disclosure: Path, house: yesand.House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = disclosure.read_bytes().splitlines(keepends=True)
    disclosure.write_bytes(b"".join(lines[:-1]))
    assert run(["audit", str(disclosure)]) == 1
    assert "are not the" in capsys.readouterr().err
    assert run(["audit", str(tmp_path / "corpus.json")]) == 2
    assert "yesand disclose" in capsys.readouterr().err
    assert run(["audit", str(tmp_path / "nothing")]) == 2
    other = str(log.key_of(house.place)).replace("yes-and/", "yes-and/x")
    assert run(["audit", str(disclosure), "--key", other]) == 2
