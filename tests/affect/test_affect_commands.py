"""``yesand affect`` as one types it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from small_troupe import record
from yesand.cli import _run as run


def test_spaces_are_listed_with_what_mappings_lose(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["affect", "spaces", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["spaces"]) == 8
    (calm,) = [m for m in told["mappings"] if (m["from"], m["to"]) == ("ravdess@1", "ekman@1")]
    assert calm["loss"]["bits"] == 0.25 and calm["loss"]["of_bits"] == 3
    assert run(["affect", "spaces", "sam"]) == 0
    assert "sam@1 → vad@1: rounds by at most 0.00%" in capsys.readouterr().out
    assert run(["affect", "spaces", "joyful"]) == 2
    assert "No emotion space called 'joyful'" in capsys.readouterr().err


def test_ratings_go_in_and_out_and_reliability_is_told(
    empty_house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house = str(shutil.copytree(empty_house, tmp_path / "H"))
    record(tmp_path / "troupe")
    assert run(["import", str(tmp_path / "troupe"), "--house", house]) == 0
    file, out = tmp_path / "r.csv", tmp_path / "o.json"
    rows = [f"{w}-{e}.wav,{r},{e}:50" for w in ("Alba", "Bert") for e in ("calm", "happy")
            for r in ("ann", "bob")]  # fmt: skip
    file.write_text("take,rater,emotions\n" + "\n".join([*rows, "x,ann,calm"]) + "\n")
    assert run(["affect", "reliability", "--house", house]) == 0
    assert "Nobody has rated anything yet" in capsys.readouterr().out
    assert run(["affect", "rate", "import", str(file), "-H", house, "--space", "ravdess"]) == 0
    told = capsys.readouterr().out
    assert "8 ratings new, 0 known, 1 rows not taken" in told and "No take called 'x'" in told
    gold = tmp_path / "gold.csv"
    gold.write_text("take,label\nAlba-calm,calm\n")
    asked = ["affect", "rate", "gold", str(gold), "-H", house, "--space", "ravdess", "--json"]
    assert run(asked) == 0 and json.loads(capsys.readouterr().out)["new"] == 1
    assert run(["affect", "rate", "export", str(out), "-H", house, "--space", "ravdess"]) == 0
    assert "8 ratings in" in capsys.readouterr().out and len(json.loads(out.read_text())) == 4
    soft = ["--space", "ravdess", "--modality", "voice", "--soft", str(tmp_path / "soft.csv")]
    assert run(["affect", "reliability", "-H", house, *soft]) == 0
    told = capsys.readouterr().out
    assert "1.00" in told and "Soft labels of 4 takes" in told
    assert run(["affect", "reliability", "-H", house, *soft, "--into", "ekman"]) == 0
    assert ",ekman@1,voice," in (tmp_path / "soft.csv").read_text()
    assert run(["affect", "reliability", "-H", house, "--into", "ekman"]) == 2
    assert run(["affect", "reliability", "-H", house, "--soft", "x.csv"]) == 2
    assert "Soft labels of what" in capsys.readouterr().err


def test_a_choice_that_there_is_none_of_is_told_with_those_there_are(
    empty_house: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house, file = str(shutil.copytree(empty_house, tmp_path / "H")), str(tmp_path / "f.csv")
    rate = ["affect", "rate"]
    asked = [
        [*rate, "next", file, "--space", "ekman", "--modality", "ears"],
        [*rate, "import", file, "--space", "ekman", "--modality", "ears"],
        ["affect", "reliability", "--modality", "ears"],
        ["affect", "reliability", "--space", "ekman", "--modality", "ears", "--soft", file],
    ]
    for words in asked:
        assert run([*words, "-H", house]) == 2
        assert "No modality 'ears'. Use voice, face, both." in capsys.readouterr().err
    (tmp_path / "f.csv").write_text("take,rater\n")
    for words in ([*rate, "import", file], [*rate, "export", file]):
        assert run([*words, "-H", house, "--format", "xml"]) == 2
        assert "No format 'xml'. Use csv or label-studio." in capsys.readouterr().err
    soft = ["--space", "sam", "--modality", "voice", "--soft", file]
    assert run([*rate, "next", file, "-H", house, "--space", "sam"]) == 2
    assert run(["affect", "reliability", "-H", house, *soft]) == 2
    assert not (tmp_path / "H" / "f.csv").exists()
