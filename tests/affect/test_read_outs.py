"""Read-outs on axes: convex, honest about whom they never met, and kept as numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

from yesand.affect.dimensions import readouts, ridge
from yesand.affect.dimensions.agreed import agreed
from yesand.affect.dimensions.learning import Cells, Learned, kept, learn, spread
from yesand.affect.dimensions.moments import Moments
from yesand.affect.dimensions.readouts import ReadOuts
from yesand.affect.dimensions.said import Ratings, Said, of_moments, of_takes
from yesand.affect.evaluating.dimensional import agreement, concordance
from yesand.affect.evaluating.on_axes import drawn, one_against_rest, scored
from yesand.affect.frames import Pack
from yesand.affect.listening import Heard
from yesand.kernel.errors import BadInput

D = 6


def problem(seed: int, takes: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    luck = np.random.default_rng(seed)
    seen = luck.standard_normal((takes, D)) * luck.uniform(0.1, 9, D) + luck.uniform(-5, 5, D)
    value = np.tanh(seen @ luck.standard_normal(D) / 9) * 0.8
    return seen, value, luck.uniform(0.2, 1, takes)


def by_lstsq(seen: np.ndarray, value: np.ndarray, weight: np.ndarray, penalty: float) -> np.ndarray:
    """Return slope and bias by least squares with a row a penalty: none of our own code."""
    share = weight / weight.sum()
    centre = share @ seen
    scale = np.sqrt(share @ (seen - centre) ** 2)
    z = (seen - centre) / scale
    rows = np.vstack([np.sqrt(share)[:, None] * z, np.sqrt(penalty) * np.eye(D)])
    ends = np.concatenate([np.sqrt(share) * (value - share @ value), np.zeros(D)])
    slope = np.linalg.lstsq(rows, ends, rcond=None)[0] / scale
    return np.append(slope, share @ value - slope @ centre)


@given(st.integers(0, 10_000), st.floats(1e-3, 1e3))
@settings(max_examples=40, deadline=None)
def test_a_read_out_is_least_squares_with_a_penalty(seed: int, penalty: float) -> None:
    seen, value, weight = problem(seed)
    (made,) = ridge.solved(seen, value, weight, [penalty])
    expected = by_lstsq(seen, value, weight, penalty)
    assert np.allclose(np.append(made.slope, made.bias), expected, atol=1e-9)


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_more_penalty_fits_less_and_bends_less(seed: int) -> None:
    seen, value, weight = problem(seed)
    spread_ = seen.std(0)
    made = list(ridge.solved(seen, value, weight))
    lost = [weight @ (seen @ one.slope + one.bias - value) ** 2 for one in made]
    size = [np.linalg.norm(one.slope * spread_) for one in made]
    assert all(b >= a - 1e-12 for a, b in pairwise(lost))
    assert all(b <= a + 1e-9 for a, b in pairwise(size))
    # All penalty there is: everybody is told the mean.
    (flat,) = ridge.solved(seen, value, weight, [1e12])
    assert np.allclose(flat(seen), weight @ value / weight.sum(), atol=1e-6)


@given(st.integers(0, 10_000), st.floats(0.01, 100), st.floats(-50, 50), st.floats(0.1, 10))
@settings(max_examples=40, deadline=None)
def test_order_scale_and_place_of_what_is_seen_do_not_matter(
    seed: int, scale: float, move: float, heavier: float
) -> None:
    seen, value, weight = problem(seed)
    (made,) = ridge.solved(seen, value, weight, [0.3])
    order = np.random.default_rng(seed).permutation(len(seen))
    (other,) = ridge.solved(
        seen[order] * scale + move, value[order], weight[order] * heavier, [0.3]
    )
    assert np.allclose(made(seen), other(seen * scale + move), atol=1e-8)


def test_what_never_varies_has_no_say_and_values_stay_on_the_scale() -> None:
    seen, value, weight = problem(1)
    flat = np.column_stack([seen, np.full(len(seen), 7.0)])
    (made,) = ridge.solved(flat, value, weight, [1e-3])
    assert made.slope[-1] == 0
    far = np.column_stack([seen * 1e4, np.zeros(len(seen))])
    assert np.abs(made(far)).max() == 1.0


def cells(seed: int = 0, performers: int = 6, each: int = 8) -> tuple[Cells, np.ndarray]:
    """Takes of which the embedding tells something, as every fold's model sees them."""
    luck = np.random.default_rng(seed)
    takes = performers * each
    owner = np.arange(takes)
    fold = owner // each % 4
    truth = np.tanh(luck.standard_normal(takes))
    seen = luck.standard_normal((5, takes, D))
    seen[:, :, 0] += 4 * truth
    whose = [f"p{n // each}" for n in owner]
    return Cells(owner, whose, fold, seen[:-1], seen[-1]), truth


def ratings(truth: np.ndarray, raters: int = 4, noise: float = 0.2, seed: int = 0) -> Ratings:
    luck = np.random.default_rng(seed)
    bias = 0.2 * luck.standard_normal(raters)
    rows = [
        (n, f"r{j}", float(np.clip(t + bias[j] + noise * luck.standard_normal(), -1, 1)))
        for n, t in enumerate(truth)
        for j in range(raters)
    ]
    return Ratings.of(rows)


def learned(cells_: Cells, given_: Ratings) -> Learned:
    made = learn(cells_, given_, "valence")
    assert isinstance(made, Learned), made
    return made


def test_nothing_that_raters_said_of_a_performer_enters_what_is_told_of_them() -> None:
    here, truth = cells()
    given_ = ratings(truth)
    before = learned(here, given_)
    own = here.fold == 2
    luck = np.random.default_rng(9)
    value = given_.value.copy()
    of_theirs = own[given_.cell]
    # Whatever is said of a fold's performers, and by however biased a rater, they are told alike.
    value[of_theirs] = luck.uniform(-1, 1, of_theirs.sum())
    after = learned(here, Ratings(given_.cell, given_.rater, value))
    assert np.array_equal(before.told[own], after.told[own])
    assert not np.array_equal(before.told[~own], after.told[~own])


def test_a_read_out_tells_unmet_performers_and_how_far_off_it_is() -> None:
    here, truth = cells()
    made = learned(here, ratings(truth))
    assert concordance(made.told, truth) > 0.7
    inside = np.abs(made.told - made.agreed.value) <= made.within
    assert 0.9 <= inside.mean() < 1
    score = made.score
    assert score.takes == 48 and set(score.performers) == {f"p{n}" for n in range(6)}
    assert score.worst is not None and score.worst[1] <= score.agreement.ccc
    low, high = score.intervals["ccc"].as_json()
    assert low <= score.as_json()["ccc"] <= high
    assert score.raters is not None and score.raters.one > 0.6


def test_what_raters_agree_on_is_less_their_bias_and_more_raters_count_more() -> None:
    luck = np.random.default_rng(3)
    truth = luck.uniform(-0.6, 0.6, 200)
    # The first rates all, and is half the scale too high; two others rate half of it.
    rows = [(n, "high", t + 0.3 + 0.05 * luck.standard_normal()) for n, t in enumerate(truth)]
    rows += [
        (n, who, t - 0.15 + 0.05 * luck.standard_normal())
        for n, t in enumerate(truth[:100])
        for who in ("a", "b")
    ]
    made = agreed(Ratings.of(rows))
    off = made.value - truth[made.cell]
    assert abs(off[:100].mean() - off[100:].mean()) < 0.05
    assert made.weight[:100].min() > made.weight[100:].max() and made.raters[0] == 3


def test_too_little_gives_no_read_out_and_says_why() -> None:
    here, truth = cells()
    all_ = ratings(truth)

    def why(given_: Ratings, of: Cells = here) -> Any:
        return learn(of, given_, "valence")

    assert why(Ratings.of([])) == "No take is rated on valence"
    few = np.isin(np.arange(48), range(0, 42, 6))
    assert why(all_.among(few)) == "Only 7 takes are rated on valence; 20 are needed"
    one = Cells(here.owner, ["p0"] * 48, here.fold, here.seen, here.final)
    assert "Only one performer's takes are rated" in why(all_, one)
    together = Cells(here.owner, here.performers, here.fold * 0, here.seen, here.final)
    assert why(all_, together) == "The takes rated on valence lie in one fold; 3 are needed"
    crowded = np.where(np.arange(48) % 8 < 5, 0, here.fold)
    skewed = Cells(here.owner, here.performers, np.where(np.arange(48) < 42, 0, crowded % 4 + 1),
                   here.seen, here.final)  # fmt: skip
    assert "are needed" in why(all_, skewed)
    same = Ratings(all_.cell, all_.rater, np.full(len(all_), 0.25))
    assert why(same) == "All ratings say the same of valence"
    # Told of no take what is true of it, but of the next one of somebody else.
    assert "no better than by one value for all" in why(ratings(-np.roll(truth, 9) * 0.9))


def test_what_is_no_number_is_left_out() -> None:
    said = [Said("a", "r", {"valence": float("nan")}), Said("a", "s", {"valence": float("inf")}),
            Said("a", "t", {"valence": 0.5}), Said("elsewhere", "t", {"valence": 0.1})]  # fmt: skip
    assert of_takes(said, ["a"], "valence").value.tolist() == [0.5]
    with pytest.raises(BadInput):
        agreed(Ratings.of([]))


def test_a_trace_is_read_at_the_middle_of_windows_and_not_beyond_the_end() -> None:
    luck = np.random.default_rng(0)
    quiet = np.full((40, 64), -12.0)  # 0.4 s of silence before it
    loud = luck.normal(0, 0.5, (300, 64))
    long = np.concatenate([quiet, loud]).astype(np.float16)
    short = luck.normal(0, 0.5, (50, 64)).astype(np.float16)
    row = np.zeros(1455, np.float32)
    pack = Pack.of([Heard(long, row), Heard(short, row)])

    owner, begin = pack.every_window(torch.arange(2))
    when = Moments.of(pack, [long, short], owner, begin)
    # From 350 ms (five frames of margin) on, half of 1.92 s later; the last ends with the take.
    assert when.at[0] == pytest.approx(350 + 960) and when.at[-2] == pytest.approx(
        3_400 - 960, abs=10
    )
    assert when.at[-1] == pytest.approx(250)  # shorter than a window: its own middle
    line = [(1_000.0, -1.0), (2_000.0, 1.0), (9_000.0, -1.0)]
    said = [Said("long", "r", trace={"arousal": line}),
            Said("short", "r", trace={"arousal": [(600.0, 0.3)]})]  # fmt: skip
    ends = np.array([3_400.0, 500.0])
    found = of_moments(said, ["long", "short"], when.owner, when.at, ends, "arousal")
    assert set(when.owner[found.cell].tolist()) == {0}  # all of the other lies beyond its end
    assert found.value[0] == pytest.approx(2 * 0.31 - 1) and found.value[-1] == 1.0


def test_a_bootstraps_figures_are_those_of_the_points_themselves() -> None:
    luck = np.random.default_rng(5)
    g = luck.uniform(-1, 1, 60)
    p = 0.5 * g + 0.2 * luck.standard_normal(60) + 0.1
    found = drawn(p, g, np.zeros(60, np.int64), 1)
    assert found == {}
    # Of performers who are copies of one another, every draw is the same.
    twice = drawn(np.tile(p, 3), np.tile(g, 3), np.repeat(np.arange(3), 60), 3)
    whole = agreement(p, g)
    for name in ("ccc", "rmse", "pearson"):
        ends = twice[name]
        assert ends.low == pytest.approx(getattr(whole, name)) == pytest.approx(ends.high)
    made = scored(p, g, ["x"] * 60, np.arange(60) // 3)
    assert made.within == pytest.approx(made.as_json()["within_takes"], abs=1e-4)
    assert 0 < made.within < 1
    constant = scored(p, np.zeros(60), ["x"] * 60, np.arange(60)).as_json()
    assert constant["pearson"] is None and constant["worst_performer"] == {
        "performer": "x",
        "ccc": 0.0,
    }


def test_one_rater_is_held_against_the_mean_of_the_others() -> None:
    point = np.array([0, 0, 0, 1, 1, 2])
    value = np.array([0.1, 0.2, 0.3, -0.5, -0.3, 0.9])
    beside = one_against_rest(point, value, np.array([0.2, -0.4, 0.0]))
    rest = np.array([0.25, 0.2, 0.15, -0.3, -0.5])
    assert beside is not None and beside.ratings == 5
    assert beside.one == pytest.approx(concordance(value[:5], rest))
    assert one_against_rest(np.arange(3), value[:3], value[:3]) is None


def test_nine_of_ten_is_told_with_one_more_beyond() -> None:
    assert spread(np.arange(20) / 100, np.zeros(20)) == pytest.approx(0.18)
    assert spread(np.zeros(1), np.ones(1)) == 1.0


def test_kept_read_outs_come_back_as_they_were_and_damage_is_refused() -> None:
    here, truth = cells()
    made = learned(here, ratings(truth))
    data = readouts.written(ReadOuts(kept([made, "none"]), None))
    assert data == readouts.written(ReadOuts(kept([made]), None))
    back = readouts.read(data, D)
    assert back.moment is None and back.take is not None and back.take.axes == ("valence",)
    assert np.allclose(back.take(here.final)[:, 0], made.ridge(here.final), atol=1e-14)
    with pytest.raises(BadInput, match="fit"):
        readouts.read(data, D + 1)
    with pytest.raises(BadInput):
        readouts.read(data[:-3], D)
    tensors = load(data)
    for broken in (
        tensors | {"take.valence.bias": np.array([np.nan])},
        tensors | {"take.joy.slope": np.zeros(D)},
        {name: value for name, value in tensors.items() if not name.endswith("within")},
    ):
        with pytest.raises(BadInput):
            readouts.read(save(broken), D)
