"""Other people's attribution behind our one function: installed or said to be missing."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from reliance_factories import frozen
from torch import nn

from yesand.kernel.errors import BadInput, NotFound
from yesand.reliance.estimators import estimator
from yesand.reliance.head import Takes
from yesand.reliance.influence import influence
from yesand.reliance.inputs import read
from yesand.reliance.peers import PEERS, scores
from yesand.reliance.trained import Trained

PEOPLE, CLASSES, WIDTH = 6, 3, 6
SETTINGS: dict[str, dict[str, float]] = {
    "dattri-cg": {"damping": 0.1, "steps": 50},
    "dattri-trak": {"width": 32},
    "traker-trak": {"width": 32},
}


@pytest.fixture(scope="module")
def trained() -> Trained:
    """A small network after a few steps; the last performer's labels are wrong."""
    draw = torch.Generator().manual_seed(0)
    meaning = torch.randn(CLASSES, WIDTH, generator=draw)

    def takes(count: int, liar: int = PEOPLE) -> Takes:
        owner, label = torch.arange(count) % PEOPLE, torch.arange(count) // PEOPLE % CLASSES
        shown = meaning[label] + torch.randn(count, WIDTH, generator=draw) * 0.7
        return Takes(
            shown, torch.where(owner == liar, (label + 1) % CLASSES, label), owner, CLASSES
        )

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = nn.Sequential(nn.Linear(WIDTH, 8), nn.ReLU(), nn.Linear(8, CLASSES))
    made = Trained(module, takes(90, liar=5), takes(36), PEOPLE)
    optimiser = torch.optim.SGD(module.parameters(), 0.1, weight_decay=1e-2)
    for _ in range(200):
        optimiser.zero_grad()
        nn.functional.cross_entropy(module(made.takes.features), made.takes.label).backward()
        optimiser.step()
    return made


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", sorted(PEERS))
def test_a_peer_agrees_with_our_influence_and_its_sign_is_ours(name: str, trained: Trained) -> None:
    pytest.importorskip(PEERS[name][1], reason="pip install 'yesand[peers]'")
    found, ours = scores(name, trained, **SETTINGS.get(name, {})), influence(trained, 1e-2).numpy()
    assert found.shape == ours.shape
    assert np.corrcoef(found.ravel(), ours.ravel())[0, 1] > 0.3
    assert found.mean(1).argmin() == PEOPLE - 1  # who says another emotion does harm


@pytest.mark.parametrize("name", sorted(PEERS))
def test_a_peer_that_is_not_installed_says_how_to_get_it(
    name: str, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, PEERS[name][1], None)
    with pytest.raises(NotFound) as missing:
        scores(name, trained)
    assert "yesand[peers]" in missing.value.sentence()


def test_an_unknown_peer_or_setting_is_refused(trained: Trained) -> None:
    with pytest.raises(NotFound, match="No peer"):
        scores("oracle", trained)
    pytest.importorskip("dattri")
    with pytest.raises(BadInput, match="no setting"):
        scores("dattri-graddot", trained, damping=1.0)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["influence", "dattri-ekfac", "traker-trak", "kronfluence-ekfac"])
def test_an_estimator_that_ranks_finds_who_does_harm_and_sets_no_shares(
    name: str, tmp_path: Path
) -> None:
    if name in PEERS:
        pytest.importorskip(PEERS[name][1], reason="pip install 'yesand[peers]'")
    clarity = [1.5, 1.2, 1.0, 0.8, 0.6, 0.4, 0.2, -1.0]
    inputs = read(frozen(tmp_path / "frozen.npz", clarity=clarity), "0" * 64)
    report = estimator(name).estimate(inputs.model, inputs.corpus, inputs.queries)
    effects = np.array([row.effect for row in report.rows])
    assert effects.argmin() == 7
    assert report.agreement.spearman is not None and report.agreement.spearman > 0.5
    assert not report.sets_shares and report.reason
