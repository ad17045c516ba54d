"""A batch is judged and curated by command, beside actors whom its takes do not descend from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.synthetic.synthetic_stage import permitted, recorded

import yesand
from yesand.cli import _run
from yesand.synthetic.making.generator import Wanted
from yesand.synthetic.making.troupe import Troupe
from yesand.synthetic.making.variation import Variation
from yesand.synthetic.services import make


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
