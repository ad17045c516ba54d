"""An auditor computes a report again from the saved file and the model's folder alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reliance_factories import as_another, by_pseudonyms, frozen, registered

import yesand
from yesand.cli import _run as run
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.provenance import services as log
from yesand.reliance.recomputing import again
from yesand.reliance.report import signed
from yesand.reliance.rows import Row

SMALL = {"network": "mlp:4", "epochs": 2, "seeds": 2, "max_seeds": 2, "checks": 2}


def _lacking(told: dict[str, Any], masks: dict[str, str]) -> None:
    # An emotion that one performer lacks: the mix that is asked is not the mix that comes of it.
    told["label"][(told["label"] == 3) & (told["performer"] == masks["P01"])] = 2


@pytest.fixture
def folder(house: yesand.House, tmp_path: Path) -> Path:
    """Return a registered model's folder, in which performers have pseudonyms."""
    made = tmp_path / "model"
    made.mkdir()
    frozen(made / "frozen.npz", performers=4, folds=2)
    model = registered(house, made)
    masked = tmp_path / "masked"
    by_pseudonyms(house, model, made, masked, _lacking)
    return masked


def measured(house: yesand.House, folder: Path, **told: Any) -> tuple[Path, dict[str, Any]]:
    """Return where a report was saved, and what is in the file."""
    path = folder.parent / "reliance.json"
    house.estimate_reliance(folder, out=path, resamples=10, **told)
    return path, json.loads(path.read_text())


def sealed(file: dict[str, Any]) -> list[str]:
    """Return the rows of a file as a report would sign them."""
    return sorted(
        Row.parse(one["row"]).sealed(bytes.fromhex(one["salt"])) for one in file["openings"]
    )


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"l2": 30},
        {"mix": {"angry": 0.3, "sad": 0.7}},
        {"estimator": "datamodel", "pairs": 3},
        {"estimator": "leave-one-out"},
        {"utility": "model"},
        SMALL,
        {**SMALL, "utility": "model"},
    ],
    ids=lambda told: str(told.get("estimator", next(iter(told), "head"))),
)
def test_a_report_comes_out_the_same_to_the_byte(
    house: yesand.House, folder: Path, told: dict[str, Any]
) -> None:
    _, file = measured(house, folder, **told)
    found = again(signed(file["report"]), file["openings"], folder)
    assert found.same and found.apart_ppb == 0


def test_the_command_computes_it_again_without_the_house(
    house: yesand.House, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = measured(house, folder)
    asked = ["verify", str(path), "--key", str(log.key_of(house.place))]
    assert run(asked) == 0 and "--model FOLDER" in capsys.readouterr().out
    assert run([*asked, "--model", str(folder)]) == 0
    assert "the same, to the byte" in capsys.readouterr().out


def test_a_model_taught_what_raters_heard_is_judged_by_raters(
    house: yesand.House, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with np.load(folder / "frozen.npz") as arrays:
        told = {name: arrays[name] for name in arrays.files}
    told["target"] = 0.8 * np.eye(4)[told["label"]] + 0.2 * np.eye(4)[(told["label"] + 1) % 4]
    heard = folder.parent / "heard"
    heard.mkdir()
    np.savez(heard / "frozen.npz", **told)
    as_another(house, folder, heard)
    path = folder.parent / "heard.json"
    asked = ["reliance", str(heard), "--house", str(house.place.root), "--out", str(path)]
    asked += ["--set", "resamples=10", "--set"]
    assert run([*asked, "utility=raters"]) == 0
    assert "Answers judged by: raters" in capsys.readouterr().out
    signed_ = signed(json.loads(path.read_text())["report"])
    assert signed_["settings"]["utility"] == "raters"
    verify = ["verify", str(path), "--key", str(log.key_of(house.place)), "--model", str(heard)]
    assert run(verify) == 0 and "the same, to the byte" in capsys.readouterr().out
    assert run([*asked, "utility=ratters"]) == 2 and "raters" in capsys.readouterr().err
    assert run([*asked[:-1], "--estimator", "influence"]) == 2
    assert "what raters heard" in capsys.readouterr().err


def test_shares_that_do_not_come_out_are_told_with_whose(house: yesand.House, folder: Path) -> None:
    _, file = measured(house, folder)
    told = signed(file["report"])
    first, second = (one["row"] for one in file["openings"][:2])
    first["share_ppb"], second["share_ppb"] = second["share_ppb"], first["share_ppb"]
    told["rows"] = sealed(file)
    found = again(told, file["openings"], folder)
    assert not found.same and found.apart_ppb == abs(first["share_ppb"] - second["share_ppb"])
    first["low_ppb"] = first["high_ppb"] = first["share_ppb"]
    told["rows"] = sealed(file)
    with pytest.raises(CheckFailed, match="Computed again"):
        again(told, file["openings"], folder)


def test_another_folder_and_a_report_asked_otherwise_are_refused(
    house: yesand.House, folder: Path
) -> None:
    _, file = measured(house, folder)
    told = signed(file["report"])
    with pytest.raises(CheckFailed, match="digest"):
        again(told, file["openings"], folder.parent / "model")
    with pytest.raises(CheckFailed, match="asked otherwise"):
        again({**told, "usage": {"angry": 1}}, file["openings"], folder)
    with pytest.raises(BadInput, match="version"):
        again({**told, "method_version": "0"}, file["openings"], folder)
    with pytest.raises(BadInput, match="not computed from"):
        again({**told, "method": "inherited-declared"}, file["openings"], folder)
    for one in file["openings"]:
        del one["pseudonym"]
    with pytest.raises(BadInput, match="who is who"):
        again(told, file["openings"], folder)
