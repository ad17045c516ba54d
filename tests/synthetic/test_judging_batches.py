"""A batch is judged and curated by command, beside actors whom its takes do not descend from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.synthetic.synthetic_stage import permitted, recorded

import yesand
from yesand.cli import _run
from yesand.kernel.errors import Refused
from yesand.synthetic.making.generator import Wanted
from yesand.synthetic.making.troupe import Troupe
from yesand.synthetic.making.variation import Variation
from yesand.synthetic.services import make
from yesand.training.services import register, train


@pytest.mark.deep
def test_a_batch_is_judged_beside_other_actors_and_chosen_from_under_a_budget(
    house: yesand.House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signed = permitted(house, recorded(tmp_path / "troupe", performers=8, repetitions=3))
    batch, _ = make(house.place, signed, Variation(), Wanted(1))
    page, chosen = tmp_path / "panel.html", tmp_path / "chosen.json"
    root = ["--house", str(house.place.root)]
    assert _run(["synth", "judge", batch.digest[:12], *root, "--out", str(page), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["split"]
    assert told["spaces"]["prosody"]["made"]["told"][0] is not None
    assert any(finding["condemns"] for finding in told["findings"])
    assert "Condemned." in page.read_text("utf-8")
    prices = ["--human", "12.00", "--royalty", "2.00", "--out", str(chosen), "--replicas"]
    asked = ["synth", "curate", batch.digest, *root, *prices, "--budget"]
    assert _run([*asked, "40.00"]) == 0
    kept = json.loads(chosen.read_bytes())
    assert 0 < len(kept["takes"]) <= 19
    assert kept["spent_micro"] == 2_010_000 * len(kept["takes"]) <= 40_000_000
    assert len(kept["curve"]["points"]) >= 2
    capsys.readouterr()
    assert _run([*asked, "0.50"]) == 2
    assert "buys nothing" in capsys.readouterr().err


def test_what_descends_from_everybody_cannot_be_judged_without_others(
    house: yesand.House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signed = permitted(house, recorded(tmp_path / "troupe"))
    batch, _ = make(house.place, signed, Troupe(), Wanted(1))
    assert _run(["synth", "judge", batch.digest, "--house", str(house.place.root)]) == 2
    assert "every actor who could be asked about" in capsys.readouterr().err


def test_a_permit_to_synthesise_trains_nothing_and_names_what_it_is_for(
    house: yesand.House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signed = permitted(house, recorded(tmp_path / "troupe"))
    with pytest.raises(Refused, match="permits to synthesise for synthesis, and not to train"):
        train(house.place, signed, tmp_path / "model")
    (elsewhere := tmp_path / "elsewhere").mkdir()
    (elsewhere / "weights").write_bytes(b"of some other trainer")
    with pytest.raises(Refused, match="not to train"):
        register(house.place, elsewhere, signed)
    out, root = str(tmp_path / "again.json"), str(house.place.root)
    asked = ["gate", "--house", root, "--purpose", "entertainment", "--territory", "DE"]
    what = ["--use-class", "synthesis", "--action", "synthesise", "--material", "raw"]
    assert _run([*asked, *what, "--out", out]) == 0
    said = capsys.readouterr().out
    assert "Next: yesand synth make" in said and "yesand train" not in said


@pytest.mark.parametrize(
    ("option", "given", "why"),
    [
        ("--budget", "0.50", "budget of 0.50 EUR buys nothing"),
        ("--budget", "-5", "too little"),
        ("--royalty", "-1", "too little"),
        ("--human", "lots", "--human"),
    ],
)
def test_an_amount_that_is_none_is_told_by_its_option(
    house: yesand.House, capsys: pytest.CaptureFixture[str], option: str, given: str, why: str
) -> None:
    amounts = {"--budget": "40.00", "--human": "12.00", "--royalty": "2.00", option: given}
    asked = [text for pair in amounts.items() for text in pair]
    assert _run(["synth", "curate", "ab12", "--house", str(house.place.root), *asked]) == 2
    said = capsys.readouterr().err
    assert why in said and option in said
