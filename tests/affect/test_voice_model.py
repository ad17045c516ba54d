from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from yesand.affect.features import BANDS, FLOOR, Features
from yesand.affect.frames import STEP, WINDOW, Pack, prepare
from yesand.affect.learning import Recipe, fit
from yesand.affect.listening import Heard
from yesand.affect.prosody.rows import NAMES
from yesand.affect.voice_model import Shape, build
from yesand.kernel.errors import BadInput

SMALL = Shape(channels=(4, 8), stem=(2, 2), joint=8, embedding=8, prosody=4)


def sound(frames: int, seed: int = 0, level: float = 0.0) -> Features:
    luck = np.random.default_rng(seed)
    return (luck.normal(-6 + level, 1, (frames, BANDS))).astype(np.float16)


def take(mel: Features, seed: int = 0) -> Heard:
    luck = np.random.default_rng(seed)
    return Heard(mel, luck.normal(size=len(NAMES)).astype(np.float32))


def silence(frames: int) -> Features:
    return np.full((frames, BANDS), FLOOR, np.float16)


def test_silence_around_a_take_changes_nothing() -> None:
    inner = sound(100)
    bare = prepare(np.concatenate([silence(5), inner, silence(5)]))
    wrapped = prepare(np.concatenate([silence(205), inner, silence(77)]))
    assert torch.equal(bare, wrapped)


def test_a_louder_microphone_changes_nothing() -> None:
    assert torch.allclose(prepare(sound(80)), prepare(sound(80, level=2.0)), atol=0.01)


@given(st.integers(1, 400), st.integers(0, 3))
@settings(deadline=None)
def test_every_step_of_a_take_is_heard_in_some_window(frames: int, quiet: int) -> None:
    pack = Pack.of([take(sound(50)), take(np.concatenate([sound(frames, 1), silence(quiet)]))])
    owner, begin = pack.every_window(torch.tensor([1]))
    length = int(pack.length[1])
    heard = {int(b) + i for b in begin for i in range(min(WINDOW, length))}
    assert set(owner.tolist()) == {1} and heard == set(range(length))
    assert length == -(-frames // STEP) or quiet


def test_a_short_take_is_heard_again_from_its_start() -> None:
    pack = Pack.of([take(sound(60)), take(sound(40, 1))])
    (window,) = pack.windows(torch.tensor([1]), torch.tensor([0]))
    assert torch.equal(window[0, :20], window[0, 20:40])
    assert torch.equal(window[0, :20], prepare(sound(40, 1)))


@given(st.integers(0, 2**31))
@settings(max_examples=20, deadline=None)
def test_drawn_windows_never_leave_their_take(seed: int) -> None:
    pack = Pack.of([take(np.zeros((frames, BANDS), np.float16)) for frames in (30, 400, 192, 193)])
    marked = torch.cat([torch.full((int(n), BANDS), float(k)) for k, n in enumerate(pack.length)])
    luck = torch.Generator().manual_seed(seed)
    drawn = replace(pack, steps=marked).draw(torch.arange(4), luck).windows
    assert drawn.amax((1, 2, 3)).tolist() == drawn.amin((1, 2, 3)).tolist() == [0, 1, 2, 3]


def learned(seed: int, **changes: float) -> torch.Tensor:
    pack = Pack.of([take(sound(60 + k, k), k) for k in range(9)], list("AABBCCDDE"))
    recipe = Recipe(seed=seed, epochs=1, least_steps=4, batch=4, shift=2, **changes)  # type: ignore[arg-type]
    model = fit(pack, torch.arange(9), torch.arange(9) % 3, 3, recipe, SMALL)
    return torch.cat([p.flatten() for p in model.parameters()])


def test_the_seed_alone_decides_whatever_else_was_drawn() -> None:
    first = learned(1)
    torch.rand(7)
    assert torch.equal(first, learned(1))
    assert not torch.equal(first, learned(2))


def test_models_built_side_by_side_are_the_ones_built_alone() -> None:
    def weights(seed: int) -> torch.Tensor:
        return torch.cat([p.flatten() for p in build(4, Shape(), seed).parameters()])

    alone = [weights(seed) for seed in range(3)]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(weights, [0, 1, 2] * 20))
    assert all(torch.equal(made, alone[n % 3]) for n, made in enumerate(together))


def test_training_leaves_the_common_generator_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    learned(1)
    assert torch.equal(torch.rand(1), expected)


@pytest.mark.parametrize("wide", [{}, {"mask_bands": 8, "mask_steps": 8}])
def test_every_setting_trains_to_finite_weights(wide: dict[str, float]) -> None:
    assert learned(3, **wide).isfinite().all()


def test_a_shape_survives_its_file() -> None:
    assert Shape.parse(SMALL.as_json()) == SMALL
    for broken in ({}, {"channels": "x", "stem": [1, 1], "joint": 1, "embedding": 1}, []):
        with pytest.raises(BadInput, match="architecture"):
            Shape.parse(broken)  # type: ignore[arg-type]


def test_models_of_before_there_was_an_adapter_keep_their_three_parts() -> None:
    told = {name: value for name, value in SMALL.as_json().items() if name != "adapter"}
    old = build(3, Shape.parse(told), 0)
    assert old.trust.shape == (2, 3) and old.adapted is None
    assert old.width == 2 * SMALL.embedding
    assert not any("adapted" in name for name in old.state_dict())
    new = build(3, SMALL, 0)
    assert new.trust.shape == (2, 5) and new.width == 3 * SMALL.embedding
    for name, value in old.state_dict().items():
        if name != "trust":  # what is new is drawn after all that was there before
            assert torch.equal(value, new.state_dict()[name])


def test_the_default_model_is_compact() -> None:
    assert sum(p.numel() for p in build(8, Shape(), 0).parameters()) < 700_000


def test_prosody_that_is_the_same_in_all_takes_says_nothing_of_another() -> None:
    luck = np.random.default_rng(0)
    rows = luck.normal(size=(12, len(NAMES))).astype(np.float32)
    rows[:, 7] = 3.0
    pack = Pack.of([Heard(sound(60, k), row) for k, row in enumerate(rows)])
    net = build(3, SMALL, 0).prosody
    assert net is not None
    net.meet(pack.prosody)
    other = pack.prosody.clone()
    other[:, 7] = -1e9
    assert torch.equal(net.shown(other), net.shown(pack.prosody))
    assert net.shown(pack.prosody).std(dim=0).mean() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("takes", [1, 2, 3])
def test_fewer_takes_than_components_are_no_trouble(takes: int) -> None:
    pack = Pack.of([take(sound(60, k), k) for k in range(takes)])
    net = build(3, SMALL, 0).prosody
    assert net is not None
    net.meet(pack.prosody)
    assert net.shown(pack.prosody).isfinite().all()
    # As many axes as takes span: what is more would be rounding, and large on any other take.
    other = net.shown(Pack.of([take(sound(60, 9), 9)]).prosody)
    assert int((other.abs() > 1e-6).sum()) <= takes - 1


def test_what_is_usual_for_a_performer_is_the_mean_of_their_takes() -> None:
    takes, people = [take(sound(60, k), k) for k in range(6)], list("ABABBA")
    pack = Pack.of(takes, people)
    for who in "AB":
        own = torch.tensor([p == who for p in people])
        assert torch.allclose(pack.moved[own].mean(dim=0), torch.zeros(len(NAMES)), atol=1e-6)
    assert torch.equal(Pack.of(takes).moved, pack.prosody)
    assert torch.equal(pack.enrolled(pack.prosody[:1]).moved[0], torch.zeros(len(NAMES)))


def test_each_part_of_the_model_learns_as_if_it_were_alone() -> None:
    takes = [take(sound(60 + k, k), k) for k in range(9)]
    pack, label = Pack.of(takes, list("AABBCCDDE")), torch.arange(9) % 3
    # All takes in every batch: what else is drawn then only changes their order.
    recipe = Recipe(epochs=1, least_steps=4, batch=9, dropout=0.0)
    alone = fit(pack, torch.arange(9), label, 3, recipe, replace(SMALL, prosody=0))
    beside = fit(pack, torch.arange(9), label, 3, recipe, SMALL)
    assert alone.prosody is None and beside.prosody is not None
    for name, value in alone.state_dict().items():
        if name != "trust":
            assert torch.allclose(beside.state_dict()[name], value, atol=1e-4), name


def test_what_is_said_together_is_what_the_parts_say_by_trust() -> None:
    pack = Pack.of([take(sound(60 + k, k), k) for k in range(5)], list("AABBC"))
    model = fit(pack, torch.arange(5), torch.arange(5) % 3, 3, Recipe(least_steps=3), SMALL)
    model.trust.copy_(torch.tensor([[0.3, 0.9, 0.4, 0.0, 0.0], [0.2, 0.1, 0.7, 0.5, 0.6]]))
    with torch.inference_mode():
        plain, enrolled = model.embed(pack), model.embed(pack, enrolled=True)
        assert torch.equal(enrolled[:, :24], plain) and enrolled.shape == (5, 40)
        for heard, trust in ((plain, [0.3, 0.9, 0.4]), (enrolled, [0.2, 0.1, 0.7, 0.5, 0.6])):
            parts = model.said(heard)
            expected = sum(w * part for w, part in zip(trust, parts, strict=True))
            assert torch.allclose(model.logits(heard), expected, atol=1e-6)
