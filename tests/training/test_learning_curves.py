"""The course of a training is shown, and nothing is chosen by it."""

from __future__ import annotations

import re
from typing import Any

import torch
from lxml import etree
from tests.training.test_evaluation_report import Seen, told
from tests.training.whistles import QUICK

from yesand.affect.curves import PARTS, POINTS, Curve
from yesand.affect.frames import Pack
from yesand.affect.learning import fit
from yesand.affect.standing import Logbook
from yesand.training.following import Work
from yesand.training.reporting import report


def heard(takes: int = 18) -> tuple[Pack, torch.Tensor]:
    """Takes of noise, louder for each label, so that there is something to learn."""
    luck = torch.Generator().manual_seed(0)
    steps = torch.randn(takes * 100, 64, generator=luck)
    label = torch.arange(takes) % 3
    steps += label.repeat_interleave(100)[:, None] * torch.linspace(-1, 1, 64)
    length = torch.full((takes,), 100)
    rows = torch.randn(takes, 1455, generator=luck)
    return Pack(steps, length.cumsum(0) - length, length, rows, rows), label


def trained(curve: bool = True) -> tuple[list[torch.Tensor], dict[str, Any]]:
    pack, label = heard()
    made = Curve(60, 8, pack, torch.arange(12, 18), label) if curve else None
    takes = torch.arange(12)
    model = fit(
        pack, takes, label, 3, QUICK.recipe, QUICK.shape, lambda _: None, None, Logbook(made)
    )
    return list(model.state_dict().values()), made.as_json() if made else {}


def test_a_curve_changes_nothing_and_tells_loss_by_part_and_held_out_takes() -> None:
    weights, told_ = trained()
    alone, _ = trained(curve=False)
    assert all(torch.equal(a, b) for a, b in zip(weights, alone, strict=True))
    assert told_["steps"][-1] == 60 and len(told_["steps"]) == POINTS
    assert set(told_["training"]) == set(PARTS[5])
    for line in told_["training"].values():
        assert len(line) == POINTS and line[-1] < line[0]
    steps = [p["step"] for p in told_["held_out"]]
    assert steps == sorted(set(steps)) and steps[-1] == 60
    assert told_["held_out"][-1]["uar"] > 0.5 and told_["held_out"][-1]["loss"] > 0


def test_held_out_takes_are_asked_less_often_where_that_would_cost() -> None:
    pack, label = heard()
    for steps, expected in ((3, 1), (20, 4), (400, 8)):
        curve = Curve(steps, 8, pack, torch.arange(6), label)
        assert len(curve.at) == expected and curve.at[-1] == steps
    assert Curve(9, 8).at == []


def test_a_report_draws_curves_and_says_that_nothing_was_chosen_by_them() -> None:
    _, one = trained()
    curves = {"folds": {"0": one, "1": one}, "final": {**one, "held_out": []}}
    page = report({**told(), "curves": curves})
    assert page == report({**told(), "curves": curves})
    words = Seen(page).words
    assert "How the training went" in words and "Nothing was chosen by these curves" in words
    drawn = [d for d in re.findall(r"<svg.*?</svg>", page, re.S) if "over the run" in d]
    assert len(drawn) == 2
    for svg in drawn:
        assert etree.fromstring(svg.encode()).get("role") == "img" and "nan" not in svg
    for table in ("Training loss", "Held-out takes"):
        assert f"<summary>{table}, as a table</summary>" in page
    parts = {"parts": {"0": {"0": {**one, "held_out": []}}, "final": {"0": one}}}
    page = report({**told(), "curves": parts})
    assert "fold 0, part 0" in page and "Held-out takes, as a table" not in page
    assert "How the training went" not in report(told())


def test_what_is_told_meanwhile_is_the_loss_and_what_remains() -> None:
    work = Work(lambda: None)
    curve = Curve(100, 8)
    work.begin(100, [curve])
    assert work.note == "training"
    curve.note(0, torch.tensor([1.0, 0.5]))
    work.met(40)
    assert work.note == "training"  # nothing of its own yet to go by
    for _ in range(10):
        work.step(None)  # type: ignore[arg-type]
    assert re.fullmatch(r"training, loss 1\.500, less than a minute left", work.note)
    assert work.done == 50
