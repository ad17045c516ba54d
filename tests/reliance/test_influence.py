"""Influence by a factored Fisher, held against the exact Hessian and against leaving people out."""

from __future__ import annotations

import pytest
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn

from yesand.kernel.errors import BadInput
from yesand.reliance import head
from yesand.reliance.head import Takes
from yesand.reliance.influence import influence
from yesand.reliance.trained import Trained

DECAY, PEOPLE, CLASSES, WIDTH = 0.02, 6, 3, 5


def troupe(count: int, seed: int, liar: int = PEOPLE - 1) -> Takes:
    draw = torch.Generator().manual_seed(seed)
    owner = torch.arange(count) % PEOPLE
    label = torch.randint(0, CLASSES, (count,), generator=draw)
    meaning = torch.randn(CLASSES, WIDTH, generator=torch.Generator().manual_seed(1))
    noise = torch.randn(count, WIDTH, generator=draw) * (0.5 + owner[:, None] / 4)
    # A liar says another emotion than they play.
    told = torch.where(owner == liar, (label + 1) % CLASSES, label)
    return Takes(meaning[label] + noise, told, owner, CLASSES)


@pytest.fixture(scope="module")
def trained() -> Trained:
    """A tiny network at rest, so that the Hessian is what influence takes it for."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = nn.Sequential(nn.Linear(WIDTH, 4), nn.Tanh(), nn.Linear(4, CLASSES))
    takes = troupe(60, 2)
    optimiser = torch.optim.LBFGS(module.parameters(), max_iter=300, tolerance_grad=1e-7)

    def closure() -> Tensor:
        optimiser.zero_grad()
        found = loss(module, dict(module.named_parameters()), takes).mean()
        found = found + DECAY / 2 * sum((p**2).sum() for p in module.parameters())
        found.backward()
        return found

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return Trained(module.eval(), takes, troupe(20, 3, liar=-1), PEOPLE)


def loss(module: nn.Module, parameters: dict[str, Tensor], takes: Takes) -> Tensor:
    scores = torch.func.functional_call(module, parameters, (takes.features,))
    return nn.functional.cross_entropy(scores, takes.label, reduction="none")


def exact(trained: Trained, damping: float) -> Tensor:
    """Return gᵀ (H + damping)⁻¹ G / N with the Hessian written out."""
    module, names = trained.module, [n for n, _ in trained.module.named_parameters()]
    parts = [p.detach() for p in module.parameters()]
    flat = torch.cat([p.flatten() for p in parts])

    def losses(vector: Tensor, takes: Takes) -> Tensor:
        shaped, at = {}, 0
        for name, part in zip(names, parts, strict=True):
            shaped[name] = vector[at : at + part.numel()].view_as(part)
            at += part.numel()
        return loss(module, shaped, takes)

    bend = torch.func.hessian(lambda v: losses(v, trained.takes).mean())(flat)
    slopes, asked = (
        torch.func.jacrev(losses)(flat, takes) for takes in (trained.takes, trained.asked)
    )
    summed = trained.whose() @ slopes
    inverse = torch.linalg.inv(bend + damping * torch.eye(len(flat)))
    found: Tensor = summed @ inverse @ asked.T / len(trained.takes.label)
    return found


def test_with_much_damping_it_is_the_exact_influence(trained: Trained) -> None:
    damping = 1e4
    torch.testing.assert_close(
        influence(trained, damping), exact(trained, damping), rtol=1e-3, atol=1e-9
    )


def test_with_the_networks_own_decay_it_ranks_as_the_exact_hessian_does(trained: Trained) -> None:
    ours, true = influence(trained, DECAY), exact(trained, DECAY)
    assert spearmanr(ours.flatten(), true.flatten())[0] > 0.8


def test_on_a_convex_head_it_foretells_leaving_people_out() -> None:
    takes, asked, l2 = troupe(120, 4), troupe(60, 5, liar=-1), 2.4
    one = torch.ones(1, PEOPLE)
    heads = head.fit(takes, torch.cat([one, 1 - torch.eye(PEOPLE)]), l2)
    told = -head.log_likelihood(heads, asked).mean(1)
    layer = nn.Linear(WIDTH, CLASSES, bias=False)
    with torch.no_grad():
        layer.weight.copy_(heads[0].T)
    made = influence(Trained(nn.Sequential(layer), takes, asked, PEOPLE), l2 / 120)
    assert spearmanr(made.mean(1), told[1:] - told[0])[0] > 0.9


def test_splitting_a_performer_in_two_changes_nothing(trained: Trained) -> None:
    whole = influence(trained, DECAY)
    owner = trained.takes.owner.clone()
    owner[(owner == 0).nonzero()[::2, 0]] = PEOPLE
    takes = Takes(trained.takes.features, trained.takes.label, owner, CLASSES)
    parted = influence(Trained(trained.module, takes, trained.asked, PEOPLE + 1), DECAY)
    torch.testing.assert_close(parted[0] + parted[PEOPLE], whole[0], rtol=1e-4, atol=1e-7)


def test_the_same_network_gives_the_same_bits(trained: Trained) -> None:
    assert torch.equal(influence(trained, DECAY), influence(trained, DECAY))


def test_what_cannot_be_asked_is_refused(trained: Trained) -> None:
    with pytest.raises(BadInput, match="above 0"):
        influence(trained, 0.0)
    with pytest.raises(BadInput, match="linear"):
        influence(Trained(nn.Identity(), trained.takes, trained.asked, PEOPLE), DECAY)
    with pytest.raises(BadInput, match="no performer"):
        Trained(trained.module, trained.takes, trained.asked, PEOPLE - 1)
