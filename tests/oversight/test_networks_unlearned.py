"""A network without takes: trained anew it never met them; by influence it is only nearly so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.training.whistles import PEOPLE, QUICK, record
from typer.testing import CliRunner

import yesand
from yesand.agreements import services as agreements
from yesand.agreements.decision import Request
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.cli import app
from yesand.corpus import services as corpus
from yesand.corpus.manifest import SignedManifest
from yesand.kernel.errors import BadInput, Refused
from yesand.people import services as people
from yesand.takes import services as takes
from yesand.training import folder, services
from yesand.training.digest import resources
from yesand.training.heads import HeadSettings
from yesand.training.models import TrainedModel
from yesand.training.shards.training import ShardSettings
from yesand.training.unlearning.influence import step
from yesand.training.unlearning.membership import attack, auc
from yesand.training.unlearning.services import anew, check_verified, unlearn, weaken

pytestmark = pytest.mark.one_database


QUICK_PARTS = replace(QUICK.recipe, least_steps=20)


def gated(house: yesand.House, tmp_path: Path, who: Sequence[str] = PEOPLE) -> SignedManifest:
    """Record them, have them sign, and ask the gate."""
    place = house.place
    draft = standard("recognition", date(2026, 10, 1))
    takes.import_corpus(place, record(tmp_path / "takes", who), agreement=draft)
    now, use = place.clock.now(), UseClass.RECOGNITION
    request = Request("house-lab", Purpose.EMOTION_RECOGNITION, use, now, territory="DE")
    return corpus.gate(place, request).manifest


@pytest.fixture
def network(house: yesand.House, tmp_path: Path) -> Path:
    """Return the folder of a network that has learned from four, of whom one has withdrawn."""
    place, manifest = house.place, gated(house, tmp_path)
    services.train(place, manifest, tmp_path / "old", name="old", settings=QUICK)
    agreements.withdraw(place, people.performer("Bert"))
    return tmp_path / "old"


def test_a_network_is_trained_anew_and_says_whose_place_it_takes(
    house: yesand.House, network: Path, tmp_path: Path
) -> None:
    place, manifest = house.place, anew(house.place, network, "Bert")
    made = unlearn(place, network, manifest, tmp_path / "new", name="new")
    assert made.told["how"] == "retrained" and made.told["verdict"] == "unlearned"
    services.train(place, manifest, tmp_path / "plain", name="new", settings=QUICK)
    assert resources(tmp_path / "new") == resources(tmp_path / "plain")


def test_of_a_network_of_parts_only_those_that_met_them_are_trained_anew(
    house: yesand.House, tmp_path: Path
) -> None:
    place, settings = house.place, ShardSettings(QUICK_PARTS, QUICK.shape, shards=2)
    manifest = gated(house, tmp_path, ("Alba", "Bert", "Cleo", "Dora", "Emil", "Fay"))
    services.train(place, manifest, tmp_path / "old", name="old", settings=settings)
    agreements.withdraw(place, people.performer("Bert"))
    left = anew(place, tmp_path / "old", "Bert")
    made = unlearn(place, tmp_path / "old", left, tmp_path / "new", name="new")
    check_verified(made)
    assert made.told["how"] == "shards" and made.told["distance"]["weights"] == 0
    assert made.model.run["one_withdrawal_costs"] < 0.6
    unsure = unlearn(place, tmp_path / "old", left, tmp_path / "unsure", name="new", verify=False)
    # The same bytes are the model that was verified already.
    assert unsure.model == made.model


def test_influence_is_reduced_told_as_approximate_and_registered_nowhere(
    house: yesand.House, network: Path, tmp_path: Path
) -> None:
    place, manifest = house.place, anew(house.place, network, "Bert")
    made = weaken(place, network, manifest, tmp_path / "less")
    told = made.told
    assert told["verdict"] == "approximate" and told["distance"]["weights"] > 1e-6
    assert told["membership"]["before"] and told["membership"]["after"]
    assert "APPROXIMATE" in told["says"] and "must not be called unlearned" in told["says"]
    words = made.report.with_suffix(".md").read_text()
    assert "# Removal of takes: approximate" in words and "Bert" not in words
    assert TrainedModel.objects.count() == 1
    less, old = (folder.load(tmp_path / name) for name in ("less", "old"))
    assert less.about["manifest"] == old.about["manifest"] != manifest.digest
    assert "APPROXIMATE" in json.loads((tmp_path / "less" / "card.json").read_text())["marks"][-1]
    mine, theirs = less.model.state_dict(), old.model.state_dict()
    moved = {n for n in mine if (mine[n] != theirs[n]).any()}
    heads = {f"{part}head.{name}" for part in ("", "prosody.") for name in ("weight", "bias")}
    assert moved == {*heads, "trust"} and (less.model.trust[1] == less.model.trust[0]).all()
    # It cannot be passed off as a model of the new manifest.
    with pytest.raises(Refused, match="another manifest"):
        services.register(place, tmp_path / "less", manifest)


def test_the_command_line_fails_where_verification_is_required_and_lacks(
    house: yesand.House, network: Path, tmp_path: Path
) -> None:
    given = ["unlearn", str(network), "--house", str(house.place.root), "--without", "Bert"]
    out = ["--out", str(tmp_path / "less"), "--approximate", "--no-verify", "--require-verified"]
    ended = CliRunner().invoke(app, [*given, *out])
    assert ended.exit_code != 0 and "UNVERIFIED" in ended.output
    assert (tmp_path / "less.unlearning.json").exists()
    again = CliRunner().invoke(app, [*given, "--manifest", "x.json", *out])
    assert again.exit_code != 0


def test_influence_of_a_convex_head_is_refused(
    house: yesand.House, network: Path, tmp_path: Path
) -> None:
    manifest = anew(house.place, network, "Bert")
    services.train(house.place, manifest, tmp_path / "head", settings=HeadSettings())
    agreements.withdraw(house.place, people.performer("Cleo"))
    fewer = anew(house.place, tmp_path / "head", "Cleo")
    with pytest.raises(BadInput, match="last layer"):
        weaken(house.place, tmp_path / "head", fewer, tmp_path / "less", verify=False)


def test_one_step_goes_most_of_the_way_where_the_loss_is_convex() -> None:
    from scipy.optimize import minimize

    luck = np.random.default_rng(0)
    label = luck.integers(3, size=300)
    seen = luck.normal(size=(300, 5)) + luck.normal(size=(3, 5))[label]
    gone = np.arange(300) < 15

    def best(there: np.ndarray) -> np.ndarray:
        features, target = np.column_stack([seen, np.ones(300)]), np.eye(3)[label]
        weight = (300 / 3 / target.sum(0))[label] * there

        def value(flat: np.ndarray) -> tuple[float, np.ndarray]:
            weights = flat.reshape(3, 6)
            scores = features @ weights.T
            chance = np.exp(scores - scores.max(1, keepdims=True))
            chance /= chance.sum(1, keepdims=True)
            loss = -(weight * np.log((chance * target).sum(1))).sum() + 1.5 * (flat**2).sum()
            slope = (weight[:, None] * (chance - target)).T @ features + 3 * weights
            return loss, slope.ravel()

        return minimize(value, np.zeros(18), jac=True, tol=1e-12).x.reshape(3, 6)

    everyone, without = best(np.ones(300)), best(~gone)
    stepped = step(seen, label, gone, everyone, 0.0)
    assert np.abs(stepped - without).max() < 0.2 * np.abs(everyone - without).max()


def test_the_attack_finds_what_was_learned_by_heart_and_guesses_where_nothing_was() -> None:
    luck = np.random.default_rng(1)
    low, high = luck.normal(0, 1, 200), luck.normal(2, 1, 200)
    found, nothing = attack([(low, high)]), attack([(low, luck.normal(0, 1, 200))])
    assert found is not None and nothing is not None
    assert found.low > 0.85 and nothing.low < 0.5 < nothing.high
    assert auc(np.array([1.0, 1.0]), np.array([1.0])) == 0.5
    assert attack([(low, high[:0])]) is None and attack([]) is None
