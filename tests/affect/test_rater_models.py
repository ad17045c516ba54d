"""What raters say together, what each is worth, and who does not listen."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from yesand.affect.reliability.careless import careless
from yesand.affect.reliability.consensus import chosen, dawid_skene, mace
from yesand.affect.reliability.continuous import fit
from yesand.affect.reliability.judgements import Judgements, by_rater
from yesand.affect.reliability.routing import gain, order, prior_of
from yesand.affect.reliability.soft import soft_labels
from yesand.kernel.errors import BadInput

LABELS = ("anger", "fear", "happiness", "neutral")


def crowd(seed: int = 0, takes: int = 400, each: int = 7) -> tuple[Judgements, np.ndarray]:
    """Thirty raters of three kinds: careful, confusing anger with fear, and filling in."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 4, takes)
    rows = []
    for take in range(takes):
        for rater in rng.choice(30, each, replace=False):
            said = truth[take] if rng.random() < 0.8 else rng.integers(4)
            if rater % 3 == 1 and said == 0 and rng.random() < 0.7:
                said = 1
            if rater % 3 == 2:
                said = 3 if rng.random() < 0.9 else rng.integers(4)
            rows.append((take, f"r{rater:02d}", LABELS[said]))
    given = Judgements.of(rows, LABELS)
    return given, truth[np.array(given.takes, dtype=int)]


def test_both_models_hear_through_a_crowd_better_than_its_votes() -> None:
    given, truth = crowd()
    votes = float((given.counts.argmax(1) == truth).mean())
    skilled = float((chosen(dawid_skene(given).posterior) == truth).mean())
    meant = float((chosen(mace(given).posterior) == truth).mean())
    assert votes < 0.9 < skilled and votes + 0.05 < meant


def test_fitting_never_makes_the_ratings_less_probable() -> None:
    given, _ = crowd(takes=60)
    told = dawid_skene(given).history
    assert len(told) > 3 and all(b >= a - 1e-9 for a, b in pairwise(told))
    told = mace(given).history
    assert told[-1] > told[0]


def test_a_rater_who_confuses_two_emotions_is_seen_to() -> None:
    given, _ = crowd()
    confusion = dawid_skene(given).confusion
    kinds = np.array([int(name[1:]) % 3 for name in given.raters])
    assert confusion[kinds == 1, 0, 1].mean() > 0.5
    assert confusion[kinds == 0, 0, 1].mean() < 0.2
    competence = mace(given).competence
    assert competence[kinds == 2].max() < competence[kinds == 0].min()


def test_the_same_ratings_give_the_same_answer() -> None:
    given, _ = crowd(takes=50)
    assert np.array_equal(dawid_skene(given).posterior, dawid_skene(given).posterior)
    assert np.array_equal(mace(given).posterior, mace(given).posterior)


def test_one_rater_only_is_believed_and_not_compared() -> None:
    given = Judgements.of([(t, "r", LABELS[t % 4]) for t in range(20)], LABELS)
    assert list(chosen(dawid_skene(given).posterior)) == [t % 4 for t in range(20)]
    assert np.isfinite(mace(given).posterior).all()
    (alone,) = by_rater(given)
    assert alone.ratings == 0 and np.isnan(alone.alpha)
    assert careless(given, [alone]) == []


def test_bias_and_noise_of_raters_are_told_apart_from_what_they_rate() -> None:
    rng = np.random.default_rng(5)
    truth, bias = rng.normal(0, 0.5, 300), np.array([-0.4, 0.0, 0.1, 0.3])
    noise = np.array([0.1, 0.2, 0.2, 0.6])
    take, rater = np.repeat(np.arange(300), 4), np.tile(np.arange(4), 300)
    keep = rng.random(1_200) < 0.8
    value = truth[take] + bias[rater] + noise[rater] * rng.standard_normal(1_200)
    found = fit(take[keep], rater[keep], value[keep])
    assert found.bias == pytest.approx(bias, abs=0.06)
    assert found.noise == pytest.approx(noise, abs=0.05)
    seen = np.unique(take[keep])
    plain = np.array([value[keep & (take == k)].mean() for k in seen])
    error = np.sqrt(np.mean((found.value[seen] - truth[seen]) ** 2))
    assert error < 0.6 * np.sqrt(np.mean((plain - truth[seen]) ** 2))
    inside = np.abs(found.value[seen] - truth[seen]) < 1.96 * found.error[seen]
    assert 0.9 < inside.mean() < 0.99


def test_an_axis_takes_one_rating_and_refuses_what_is_no_number() -> None:
    alone = fit([0], [0], [0.5])
    assert np.isfinite([*alone.value, *alone.error, *alone.bias, *alone.noise]).all()
    same = fit([0, 0, 1, 1], [0, 1, 0, 1], [3.0, 3.0, 3.0, 3.0])
    assert same.value == pytest.approx([3, 3])
    with pytest.raises(BadInput):
        fit([0], [0], [np.nan])


def test_soft_labels_keep_what_raters_disagree_about_and_count_them_by_trust() -> None:
    take = np.array([0, 0, 0, 0, 1])
    answers = np.eye(2)[[0, 0, 1, 1, 1]]
    plain = soft_labels(take, answers, prior=0)
    assert plain.distribution.tolist() == [[0.5, 0.5], [0, 1]] and list(plain.raters) == [4, 1]
    trusted = soft_labels(take, answers, np.array([1, 1, 0.2, 0.2, 1]), prior=0)
    assert trusted.distribution[0, 0] == pytest.approx(2 / 2.4)
    assert 2 < trusted.raters[0] < 4
    assert 0 < soft_labels(take, answers).distribution[1, 0] < 0.3
    assert soft_labels(np.array([1]), np.eye(2)[[0]], prior=0).distribution[0].tolist() == [
        0.5,
        0.5,
    ]


def test_the_next_rating_goes_where_it_tells_most() -> None:
    counts = np.array([[0, 0], [1, 1], [3, 3], [0, 6], [50, 50]], dtype=float)
    told = gain(counts, np.ones(2))
    assert list(np.argsort(-told)) == [0, 1, 2, 3, 4]
    assert order(counts, seed=1, most=6) == [0, 1]
    fresh = np.zeros((50, 3))
    assert order(fresh, seed=1) != order(fresh, seed=2)
    assert sorted(order(fresh, seed=1)) == list(range(50))


def test_the_gain_is_the_expected_fall_of_entropy() -> None:
    rng, known = np.random.default_rng(0), np.array([[2.0, 1.0, 0.5]])
    theta = rng.dirichlet(known[0], 200_000)
    mean = theta.mean(0)
    inner = -(theta * np.log2(np.maximum(theta, 1e-300))).sum(1).mean()
    assert gain(known * 0, known[0])[0] == pytest.approx(
        -(mean * np.log2(mean)).sum() - inner, abs=0.005
    )


def test_raters_who_do_not_listen_are_found_with_the_evidence() -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 4, 120)

    def said(rater: str, take: int) -> int:
        if rater == "same":
            return 3
        if rater == "dice":
            return int(rng.integers(4))
        return int(truth[take]) if rng.random() < 0.8 else int(rng.integers(4))

    names = ["ann", "bob", "cat", "same", "dice", "hasty"]
    given = Judgements.of([(t, r, LABELS[said(r, t)]) for t in range(120) for r in names], LABELS)
    long = np.full(len(given), 2_000.0)
    hasty = given.rater == names.index("hasty")
    heard = np.where(hasty & (rng.random(len(given)) < 0.5), 700.0, 4_000.0)
    heard[given.rater == 0] = np.nan
    gold = np.where(np.arange(120) < 20, truth, -1)
    found = careless(given, by_rater(given), heard_ms=heard, long_ms=long, gold=gold)
    signs = {(one.rater, one.sign) for one in found}
    assert signs == {
        ("same", "same-answer"),
        ("same", "against-everybody"),
        ("same", "fails-gold"),
        ("dice", "against-everybody"),
        ("dice", "fails-gold"),
        ("hasty", "too-fast"),
    }
    evidence = next(one for one in found if one.sign == "same-answer")
    assert evidence.figure == 1 and evidence.ratings == 120
    assert "neutral to 100% of 120 takes" in evidence.says


def test_who_answers_alike_because_the_takes_are_alike_is_not_accused() -> None:
    rng = np.random.default_rng(4)
    rows = [
        (t, f"r{r}", "neutral" if rng.random() < 0.95 else "fear")
        for t in range(100)
        for r in range(4)
    ]
    given = Judgements.of(rows, LABELS)
    assert [c for c in careless(given, by_rater(given)) if c.sign == "same-answer"] == []


def test_who_rates_what_nobody_else_rates_is_not_accused() -> None:
    truth = [0] * 12 + [1, 2, 3] * 20
    rows = [(t, "alone", LABELS[k]) for t, k in enumerate(truth) if k == 0]
    rows += [(t, r, LABELS[k]) for t, k in enumerate(truth) if k for r in ("ann", "bob")]
    given = Judgements.of(rows, LABELS)
    assert careless(given, by_rater(given)) == []
    calm = [(t, "r", "neutral") for t in range(120)] + [(t, "s", "neutral") for t in range(10)]
    rest = [(t, who, LABELS[t % 3]) for t in range(200, 230) for who in ("s", "u")]
    given = Judgements.of(calm + rest, LABELS)
    assert [c for c in careless(given, by_rater(given)) if c.sign == "same-answer"] == []


def test_among_many_raters_some_miss_gold_by_chance() -> None:
    many = [(t, f"r{r:02d}", "fear" if t == r else "anger") for t in range(25) for r in range(20)]
    unlucky = [(0, "unlucky", "anger"), (1, "unlucky", "fear"), (2, "unlucky", "fear")]
    deaf = [(t, "deaf", "fear") for t in range(5)]
    given = Judgements.of(many + unlucky + deaf, LABELS)
    found = careless(given, by_rater(given), gold=np.zeros(25, dtype=np.int64))
    # To miss two of three happens to one in 130 of those who get 95 % right, and there are 22.
    assert [one.rater for one in found if one.sign == "fails-gold"] == ["deaf"]


def test_shares_that_add_up_to_a_whole_rating_count_as_one() -> None:
    counts = np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.3]])
    counts[0] = [0.1 + 0.6, 0.2, 0.1 - 1e-16]
    assert counts[0].sum() < 1 and order(counts, seed=1, most=1) == []


def test_the_prior_has_every_label() -> None:
    assert (prior_of(np.array([[4.0, 0.0]])) > 0).all()
