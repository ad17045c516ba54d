"""In-run sums are what one gets by hand, in anybody's loop, and cost nobody their training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from loops import CLASSES, PEOPLE, TAKES, WIDTH, batches, data, mlp, run, sgd
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import cross_entropy

from yesand.kernel.errors import BadInput
from yesand.reliance.inrun import (
    BatchMismatch,
    InRun,
    LossNotFinite,
    NoQueries,
    NotDeterministic,
    NothingRecorded,
    NotTwice,
    Record,
    UnknownOptimiser,
    UnknownOwner,
    together,
)
from yesand.reliance.shares import BILLION

ALL = {"rate": 1.0, "every": 1}


def by_hand(model: nn.Module, optimiser: torch.optim.Optimizer, reach: float) -> np.ndarray:
    """Return Σ over steps of lr · reach · ⟨∇U, −∇loss⟩ / batch, a gradient a take."""
    x, y, owner = data()
    queries = batches(*data(100)[:2])
    found, luck, step = np.zeros(PEOPLE), torch.Generator().manual_seed(0), 0
    for _ in range(2):
        for takes in torch.randperm(TAKES, generator=luck).split(12):
            asked = queries[step % len(queries)]
            weights = list(model.parameters())
            slope = torch.autograd.grad(-cross_entropy(model(asked[0]), asked[1]), weights)
            for take in takes.tolist():
                loss = cross_entropy(model(x[take : take + 1]), y[take : take + 1])
                own = torch.autograd.grad(loss, weights)
                dot = sum(float((a * b).sum()) for a, b in zip(slope, own, strict=True))
                found[int(owner[take][1])] -= 0.1 * reach * dot / len(takes)
            optimiser.zero_grad()
            cross_entropy(model(x[takes]), y[takes]).backward()
            optimiser.step()
            step += 1
    return found


@pytest.mark.parametrize(
    ("how", "reach"),
    [({}, 1.0), ({"momentum": 0.8}, 5.0), ({"momentum": 0.8, "nesterov": True}, 5.0),
     ({"momentum": 0.5, "dampening": 0.4, "weight_decay": 0.01}, 1.2)],
)  # fmt: skip
@pytest.mark.parametrize("reading", ["layers", "losses"])
def test_sums_are_those_of_single_gradients_taken_by_hand(
    how: dict[str, Any], reach: float, reading: Any
) -> None:
    model = mlp()
    found = run(model, sgd(model, **how), reading=reading, **ALL).record().effects()
    again = mlp()
    assert found == pytest.approx(by_hand(again, sgd(again, **how), reach), rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("optimiser", [torch.optim.SGD, torch.optim.AdamW])
def test_a_second_forward_pass_tells_what_the_graph_tells(optimiser: Any) -> None:
    found = []
    for again in (False, True):
        torch.manual_seed(0)
        model = nn.Sequential(
            nn.Linear(WIDTH, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, CLASSES)
        )
        watch = run(
            model, optimiser(model.parameters(), lr=0.01), 4, again=again, reading="losses", **ALL
        )
        found.append(watch.record().effects())
    assert found[0] == pytest.approx(found[1], rel=0.05, abs=1e-4)


def test_a_second_forward_pass_with_other_luck_is_refused() -> None:
    model = nn.Sequential(nn.Dropout(0.5), mlp())
    with pytest.raises(NotDeterministic, match="dropout"):
        run(model, sgd(model), again=True, reading="losses", **ALL)


def test_watching_changes_no_bit_of_the_training() -> None:
    ran = []
    for watched in (True, False):
        model = nn.Sequential(
            nn.Linear(WIDTH, 8), nn.BatchNorm1d(8), nn.ReLU(inplace=True), nn.Dropout(0.2),
            nn.Linear(8, CLASSES),
        )  # fmt: skip
        torch.manual_seed(3)
        for layer in model:
            if hasattr(layer, "reset_parameters"):
                layer.reset_parameters()
        optimiser = torch.optim.AdamW(model.parameters(), lr=0.01)
        if watched:
            run(model, optimiser, order=2, **ALL)
        else:
            x, y, _ = data()
            luck = torch.Generator().manual_seed(0)
            for _ in range(2):
                for takes in torch.randperm(TAKES, generator=luck).split(12):
                    optimiser.zero_grad()
                    cross_entropy(model(x[takes]), y[takes], reduction="none").mean().backward()
                    optimiser.step()
        ran.append([v.clone() for v in model.state_dict().values()])
    assert all(torch.equal(a, b) for a, b in zip(*ran, strict=True))


class Odd(nn.Module):
    """Convolution, all norms, attention, a bare weight, and rows that are no takes."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Conv1d(1, 4, 3, padding=1)
        self.groups = nn.GroupNorm(2, 4)
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
        self.level = nn.LayerNorm(4)
        self.tone = nn.Parameter(torch.ones(4))
        self.frames = nn.Linear(4, 4)
        self.head = nn.Linear(4, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        seen = self.groups(self.body(x[:, None])).transpose(1, 2)
        seen = self.level(seen + self.attention(seen, seen, seen, need_weights=False)[0])
        flat = self.frames(seen.reshape(-1, 4)).tanh().reshape(len(x), -1, 4)
        made: Tensor = self.head(flat.mean(1) * self.tone)
        return made


def test_what_layers_do_not_tell_is_read_from_the_losses() -> None:
    found = []
    for reading in ("layers", "losses"):
        torch.manual_seed(0)
        model = Odd()
        with sdpa_kernel(SDPBackend.MATH):
            watch = run(model, sgd(model), epochs=4, reading=reading, **ALL)
        found.append(watch.record().effects())
    # But for the first step, in which it was noticed which layers do not tell.
    assert np.corrcoef(*found)[0, 1] > 0.995
    assert found[0] == pytest.approx(found[1], rel=0.2, abs=0.02)


def test_a_kernel_without_a_second_derivative_is_named_with_the_way_out() -> None:
    model = Odd()
    with pytest.raises(NotTwice, match="sdpa_kernel"):
        run(model, sgd(model), reading="losses", **ALL)


def utility(model: nn.Module, batch: tuple[Tensor, Tensor]) -> float:
    with torch.no_grad():
        return -cross_entropy(model(batch[0]), batch[1]).item()


def test_effects_add_up_to_what_the_training_gained() -> None:
    short = []
    for order in (1, 2):
        model = mlp()
        queries = [data(100)[:2]]
        before = utility(model, queries[0])
        watch = run(model, sgd(model, lr=0.05), 10, queries=queries, rate=1.0, every=5, order=order)
        gained = utility(model, queries[0]) - before
        short.append(abs(watch.record().effects().sum() / gained - 1))
    assert short[0] < 0.1 and short[1] < short[0] / 2


def test_a_part_of_the_steps_tells_nearly_what_all_tell() -> None:
    model = mlp()
    whole = run(model, sgd(model), 60, **ALL).record().effects()
    model = mlp()
    part = run(model, sgd(model), 60, rate=0.3, every=4).record()
    assert 0.25 * part.steps <= part.measured <= 0.35 * part.steps
    assert np.corrcoef(part.effects(), whole)[0, 1] > 0.95


def test_who_mislabels_gets_the_least() -> None:
    model = mlp()
    found = run(model, torch.optim.Adam(model.parameters(), lr=0.01), 60).record()
    assert found.effects().argmin() == PEOPLE - 1
    shares = found.shares()
    assert shares[f"P{PEOPLE - 1}"]["share_ppb"] == 0
    assert sum(one["share_ppb"] for one in shares.values()) == BILLION
    assert all(s["low_ppb"] <= s["share_ppb"] <= s["high_ppb"] for s in shares.values())


def test_clipped_scaled_and_accumulated_gradients_count_as_they_are_applied() -> None:
    plain, halved = mlp(), mlp()
    one = run(plain, sgd(plain), **ALL).record().effects()

    def halve() -> None:
        for weight in halved.parameters():
            assert weight.grad is not None
            weight.grad *= 0.5

    two = run(halved, sgd(halved, lr=0.2), between=halve, **ALL).record().effects()
    assert two == pytest.approx(one, rel=1e-4)


def test_splitting_a_batch_in_two_backward_passes_changes_nothing() -> None:
    found = []
    x, y, owner = data()
    for parts in (1, 3):
        model = mlp()
        optimiser = sgd(model)
        watch = InRun(model, optimiser, owners=owner, queries=batches(x, y), **ALL)
        for takes in torch.arange(TAKES).split(12):
            optimiser.zero_grad()
            for some in takes.chunk(parts):
                losses = cross_entropy(model(x[some]), y[some], reduction="none")
                watch.step(losses, some)
                (losses.sum() / len(takes)).backward()
            optimiser.step()
        found.append(watch.record().effects())
    assert found[0] == pytest.approx(found[1], rel=1e-4)


def test_the_same_run_leaves_the_same_bytes_and_reads_back(tmp_path: Path) -> None:
    for name in ("a", "b"):
        model = mlp()
        run(model, torch.optim.AdamW(model.parameters(), lr=0.01)).record().save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert Record.load(tmp_path / "a").shares() == Record.load(tmp_path / "b").shares()
    (tmp_path / "c").write_text("{}")
    with pytest.raises(BadInput):
        Record.load(tmp_path / "c")
    with pytest.raises(NothingRecorded):
        Record.load(tmp_path / "none")


def test_several_seeds_are_averaged_and_say_how_well_they_agree() -> None:
    records = []
    for seed in range(4):
        model = mlp(seed)
        records.append(run(model, sgd(model), seed=0, epochs=6).record())
    whole = together(records)
    assert whole.effects() == pytest.approx(np.mean([r.effects() for r in records], axis=0))
    assert "Average of 4 runs" in whole.notes[-1]
    with pytest.raises(NothingRecorded):
        together([])


def test_owners_may_be_named_by_whatever_names_takes() -> None:
    x, y, _ = data()
    model = mlp()
    optimiser = sgd(model)
    owners = {f"take-{i}": "Ann" if i % 2 else "Ben" for i in range(TAKES)}
    watch = InRun(model, optimiser, owners=owners, queries=batches(x, y), rate=1.0)
    losses = cross_entropy(model(x), y, reduction="none")
    watch.step(losses, [f"take-{i}" for i in range(TAKES)])
    losses.mean().backward()
    optimiser.step()
    assert set(watch.shares()) == {"Ann", "Ben"}


def test_bad_input_is_named_and_loses_nothing() -> None:
    x, y, owner = data()
    model = mlp()
    optimiser = sgd(model)
    with pytest.raises(NoQueries):
        InRun(model, optimiser, owners=owner, queries=[])
    with pytest.raises(UnknownOwner):
        InRun(model, optimiser, owners=[], queries=batches(x, y))
    with pytest.raises(UnknownOptimiser, match="Adadelta"):
        InRun(model, torch.optim.Adadelta(model.parameters()), owners=owner, queries=batches(x, y))
    with pytest.raises(BadInput):
        InRun(model, optimiser, owners=owner, queries=batches(x, y), rate=0.0)
    watch = InRun(model, optimiser, owners=owner, queries=batches(x, y), **ALL)
    losses = cross_entropy(model(x), y, reduction="none")
    with pytest.raises(NothingRecorded):
        watch.shares()
    with pytest.raises(UnknownOwner, match="take 60"):
        watch.step(losses, torch.arange(1, TAKES + 1))
    with pytest.raises(BatchMismatch):
        watch.step(losses.mean(), torch.arange(TAKES))
    with pytest.raises(LossNotFinite, match="take 7"):
        watch.step(losses.where(torch.arange(TAKES) != 7, torch.nan), torch.arange(TAKES))
    watch.step(losses, torch.arange(TAKES))
    losses.mean().backward()
    optimiser.step()
    assert watch.record().measured == 1


def test_takes_named_after_their_backward_pass_are_refused() -> None:
    x, y, owner = data()
    model = mlp()
    watch = InRun(model, sgd(model), owners=owner, queries=batches(x, y), **ALL)
    losses = cross_entropy(model(x), y, reduction="none")
    losses.mean().backward()
    with pytest.raises(BatchMismatch, match="after their backward"):
        watch.step(losses, torch.arange(TAKES))


def test_a_single_take_and_steps_without_takes_are_said() -> None:
    x, y, owner = data()
    owner[0] = "Solo"
    model = mlp()
    optimiser = sgd(model)
    watch = InRun(model, optimiser, owners=owner, queries=batches(x, y), **ALL)
    for named in (True, False):
        losses = cross_entropy(model(x), y, reduction="none")
        if named:
            watch.step(losses, torch.arange(TAKES))
        optimiser.zero_grad()
        losses.mean().backward()
        optimiser.step()
    notes = " ".join(watch.record().notes)
    assert "Solo" in notes and "1 steps named no takes" in notes


class Noisy(nn.Module):
    """What a kernel that adds in another order each time looks like from outside."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(WIDTH, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.head(x * (1 + 1e-6 * torch.rand(1)))
        return made


def test_kernels_that_are_not_deterministic_are_noticed() -> None:
    model = Noisy()
    assert "not deterministic" in run(model, sgd(model)).record().notes[0]
    with pytest.raises(NotDeterministic):
        run(model, sgd(model), strict=True)


def test_hooks_come_off() -> None:
    model = mlp()
    optimiser = sgd(model)
    run(model, optimiser).close()
    assert not any(m._forward_hooks for m in model.modules())
    assert not optimiser._optimizer_step_pre_hooks and not optimiser._optimizer_step_post_hooks
