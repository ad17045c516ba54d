"""What manipulations gain where Aumann–Shapley sets the shares of the head: small games, exact."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from benchmarks.reliance import manipulations as by
from benchmarks.reliance.manipulations import Manipulation, Troupe

from yesand.reliance.estimators import estimator
from yesand.reliance.report import RelianceReport

PEOPLE, TAKES, FOLDS, WIDTH, LABELS = 9, 16, 3, 6, ("angry", "calm", "happy", "sad")
ATTACKER, VICTIM = "P4", "P4"


@pytest.fixture(scope="module")
def troupe() -> Troupe:
    """Nine performers, each as clear as the other; the attacker is not among those asked."""
    rng = np.random.default_rng(3)
    meaning = rng.normal(size=(len(LABELS), WIDTH)) * 1.2
    label = np.tile(np.arange(PEOPLE * TAKES) % len(LABELS), 1)
    owner = np.repeat(np.arange(PEOPLE), TAKES)
    manner = rng.normal(size=(PEOPLE, WIDTH)) * 0.5
    shown = meaning[label] + manner[owner] + rng.normal(size=(len(label), WIDTH))
    who = np.array([f"P{one}" for one in owner])
    everyone = np.ones(len(label), bool)
    folds = np.broadcast_to(shown, (FOLDS, *shown.shape))
    return Troupe(folds, who, label, owner % FOLDS, everyone, LABELS).unasked(ATTACKER)


def measured(troupe: Troupe, name: str = "aumann-shapley", **settings: object) -> RelianceReport:
    given = troupe.inputs()
    settings = {"resamples": 20, "l2": 3.0, **settings}
    if name == "aumann-shapley":
        settings |= {"checks": 0}
    return estimator(name, **settings).estimate(given.model, given.corpus, given.queries)


def share(found: RelianceReport, *accounts: str) -> float:
    return sum(row.share_ppb for row in found.rows if row.performer in accounts) / 1e9


def effect(found: RelianceReport, *accounts: str) -> int:
    return sum(row.effect for row in found.rows if row.performer in accounts)


def after(troupe: Troupe, play: Manipulation, name: str = "aumann-shapley") -> float:
    played = play(troupe, ATTACKER, np.random.default_rng(5))
    return share(measured(played.troupe, name), *played.accounts)


@pytest.mark.parametrize("parts", [2, 4])
def test_splitting_changes_no_effect_and_gains_nothing(troupe: Troupe, parts: int) -> None:
    before = measured(troupe)
    played = by.split(troupe, ATTACKER, np.random.default_rng(5), parts)
    found = measured(played.troupe)
    assert effect(found, *played.accounts) == pytest.approx(effect(before, ATTACKER), abs=2 * parts)
    others = {row.performer: row.effect for row in before.rows if row.performer != ATTACKER}
    told = {row.performer: row.effect for row in found.rows if row.performer in others}
    assert told == pytest.approx(others, abs=2)


def test_splitting_pays_where_groups_are_priced_by_shapley(troupe: Troupe) -> None:
    """Why Shapley does not set shares."""
    before = share(measured(troupe, "shapley", pairs=12), ATTACKER)
    played = by.split(troupe, ATTACKER, np.random.default_rng(5), 4)
    assert share(measured(played.troupe, "shapley", pairs=12), *played.accounts) > 1.1 * before


@pytest.mark.parametrize("noise", [0.0, by.NEAR])
def test_copies_would_pay_if_they_were_trained_on(troupe: Troupe, noise: float) -> None:
    """Why they are left out before (`yesand.takes.copies`)."""
    before = share(measured(troupe), ATTACKER)
    assert 1.1 * before < after(troupe, partial(by.duplicate, noise=noise)) < 2 * before


def test_who_copies_another_takes_from_them_unless_copies_are_left_out(troupe: Troupe) -> None:
    before = share(measured(troupe), VICTIM)
    played = by.copy_another(troupe, VICTIM, np.random.default_rng(5))
    found = measured(played.troupe)
    assert share(found, "Mona") > 0.5 * share(found, VICTIM)
    assert share(found, VICTIM) < before


def test_noise_beside_ones_own_takes_does_not_pay(troupe: Troupe) -> None:
    assert after(troupe, by.add_noise) < share(measured(troupe), ATTACKER)


def test_noise_alone_gets_next_to_nothing(troupe: Troupe) -> None:
    played = by.ride_free(troupe, ATTACKER, np.random.default_rng(5))
    found = measured(played.troupe)
    honest = np.median([row.share_ppb for row in found.rows]) / 1e9
    assert share(found, "Mona") < 0.2 * honest


@pytest.mark.parametrize("name", ["aumann-shapley", "leave-one-out", "influence", "datamodel"])
def test_wrong_labels_do_not_pay(troupe: Troupe, name: str) -> None:
    assert after(troupe, by.flip, name) < share(measured(troupe, name), ATTACKER)


def test_harm_put_into_an_account_of_its_own_is_shown_and_pays_no_more_than_honesty(
    troupe: Troupe,
) -> None:
    honest = measured(troupe)
    mixed = after(troupe, by.flip)
    played = by.split_off_the_harm(troupe, ATTACKER, np.random.default_rng(5))
    found = measured(played.troupe)
    good, bad = played.accounts
    assert effect(found, bad) < 0 and share(found, bad) == 0
    # It pays to hide one's own harm; it never pays to have made it.
    assert mixed < share(found, good) < share(honest, ATTACKER)


def test_keeping_takes_back_does_not_pay(troupe: Troupe) -> None:
    """Monotone in data: for everybody, with room for chance in who is asked."""
    whole = measured(troupe)
    for who in sorted(set(troupe.who.tolist())):
        few = by.give_half(troupe, who, np.random.default_rng(6)).troupe
        assert share(measured(few), who) < share(whole, who)


def test_names_and_their_order_decide_nothing(troupe: Troupe) -> None:
    before = {row.performer: row.effect for row in measured(troupe).rows}
    told = by.rename(troupe, ATTACKER, np.random.default_rng(7)).troupe
    found = {row.performer: row.effect for row in measured(told).rows}
    names = dict(zip(troupe.who.tolist(), told.who.tolist(), strict=True))
    assert {who: found[names[who]] for who in before} == pytest.approx(before, abs=2)


def test_the_heads_shares_have_no_luck_in_them(troupe: Troupe) -> None:
    first, second = (measured(troupe, seed=seed) for seed in (0, 1))
    told = [[(row.performer, row.share_ppb) for row in found.rows] for found in (first, second)]
    assert told[0] == told[1]
