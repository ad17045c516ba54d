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
from yesand.corpus.errors import Overtaken
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
from yesand.training.unlearning.membership import Round, attack, auc
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
    # Whoever withdraws while parts are compared is told of, and the folder marked.
    rounds = list[int]()

    def withdraws(done: int, whole: int, what: str) -> None:
        if what == "training" and done == 0:
            rounds.append(whole)
            if len(rounds) == 2:
                agreements.withdraw(place, people.performer("Cleo"))

    with pytest.raises(Overtaken):
        unlearn(place, tmp_path / "old", left, tmp_path / "late", progress=withdraws)
    assert len(rounds) == 2 and (tmp_path / "late" / folder.OVERTAKEN).exists()
    left = anew(place, tmp_path / "old", "Bert")
    made = unlearn(place, tmp_path / "old", left, tmp_path / "new", name="new")
    check_verified(made)
    assert made.told["how"] == "shards" and made.told["distance"]["weights"] == 0
    assert made.model.run["one_withdrawal_costs"] < 0.6
    unsure = unlearn(place, tmp_path / "old", left, tmp_path / "unsure", name="new", verify=False)
    # The same bytes are the model that was verified already, and stay it.
    assert unsure.model == made.model and unsure.verdict == "unlearned"
    check_verified(unlearn(place, tmp_path / "old", left, tmp_path / "new", name="new"))


def test_influence_is_reduced_told_as_approximate_and_registered_nowhere(
    house: yesand.House, network: Path, tmp_path: Path
) -> None:
    place, manifest = house.place, anew(house.place, network, "Bert")
    made = weaken(place, network, manifest, tmp_path / "less")
    told = made.told
    assert told["verdict"] == "approximate" and told["distance"]["weights"] > 1e-6
    # By influence its answers come near those of one that never met them: no more than that.
    near, far = told["distance"], told["old_distance"]
    assert 0 < near["variation"] < 1 and near["probability"] < 1 and near["takes"] == 18
    assert 0 < far["variation"] < 1 and near["variation"] < 2 * far["variation"]
    assert near["weights"] != far["weights"] or near["variation"] != far["variation"]
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
    heads = {
        f"{part}head.{name}" for part in ("", "prosody.", "adapted.") for name in ("weight", "bias")
    }
    assert moved == {*heads, "trust"} and (less.model.trust[1] == less.model.trust[0]).all()
    # What the old one was scored is not said of it.
    card = json.loads((tmp_path / "less" / "card.json").read_text())
    assert card["scores"] is card["enrolled"] is None and card["scored_how"].startswith("not sc")
    assert not {"scores", "enrolled", "held_out", "sound_alike"} & set(less.about)
    shown = (tmp_path / "less" / "card.md").read_text()
    assert "APPROXIMATE" in shown and "elsewhere." not in shown.split("## How well")[1][:120]
    assert not (tmp_path / "less" / "report.html").exists()
    # Killed before the report it is only reported on; with another removal something lies there.
    report, written = made.report.read_bytes(), resources(tmp_path / "less")
    made.report.unlink()
    made.report.with_suffix(".md").unlink()
    again = weaken(place, network, manifest, tmp_path / "less")
    assert again.report.read_bytes() == report and resources(tmp_path / "less") == written
    assert again.told == told and again.report.with_suffix(".md").exists()
    (tmp_path / "less" / "card.md").write_text("A splendid model.")
    with pytest.raises(Refused, match="lies there already"):
        weaken(place, network, manifest, tmp_path / "less")
    (tmp_path / "less" / "card.md").write_text(shown)
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


def test_an_emotion_that_goes_with_whoever_withdrew_is_no_hindrance_but_to_influence(
    house: yesand.House, tmp_path: Path
) -> None:
    place, draft = house.place, standard("recognition", date(2026, 10, 1))
    table = record(tmp_path / "takes") / "takes.csv"
    lines = table.read_text().splitlines()
    # Bert alone is uneasy.
    kept = [one for one in lines if one.startswith(("path", "Bert")) or "uneasy" not in one]
    table.write_text("\n".join(kept) + "\n")
    takes.import_corpus(place, tmp_path / "takes", agreement=draft)
    now, use = place.clock.now(), UseClass.RECOGNITION
    request = Request("house-lab", Purpose.EMOTION_RECOGNITION, use, now, territory="DE")
    manifest = corpus.gate(place, request).manifest
    services.train(place, manifest, tmp_path / "old", name="old", settings=HeadSettings())
    services.train(place, manifest, tmp_path / "net", name="net", settings=QUICK)
    agreements.withdraw(place, people.performer("Bert"))
    left = anew(place, tmp_path / "old", "Bert")
    made = unlearn(place, tmp_path / "old", left, tmp_path / "new", name="new")
    check_verified(made)
    assert made.model.run["labels"] == ["glad", "grave"]
    assert made.told["membership"]["after"] == made.told["membership"]["retrained"]
    with pytest.raises(BadInput, match="nobody acts uneasy any more"):
        weaken(place, tmp_path / "net", left, tmp_path / "less")
    assert not (tmp_path / "less").exists()


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


def alone(members: np.ndarray, outsiders: np.ndarray) -> Round:
    """Return what one model says of takes that no other was asked about."""
    return Round(members, outsiders, np.arange(len(members)), np.arange(len(outsiders)))


def test_the_attack_finds_what_was_learned_by_heart_and_guesses_where_nothing_was() -> None:
    luck = np.random.default_rng(1)
    low, high = luck.normal(0, 1, 200), luck.normal(2, 1, 200)
    found, nothing = attack([alone(low, high)]), attack([alone(low, luck.normal(0, 1, 200))])
    assert found is not None and nothing is not None
    assert found.low > 0.85 and nothing.low < 0.5 < nothing.high
    assert auc(np.array([1.0, 1.0]), np.array([1.0])) == 0.5
    assert attack([alone(low, high[:0])]) is None and attack([]) is None


def test_takes_that_many_models_are_asked_about_are_no_more_takes() -> None:
    luck = np.random.default_rng(2)
    loss, fold = luck.normal(0, 1, 60), np.arange(60) % 6
    gone = np.arange(60) < 30
    near = [loss + luck.normal(0, 0.01, 60) for _ in range(6)]
    asked = attack([Round.of(near[k], gone & (fold != k), ~gone & (fold == k)) for k in range(6)])
    once = attack([alone(loss[gone], loss[~gone])])
    assert asked is not None and once is not None
    # Five models' word on 30 members is that of 30, not of 150, and its interval as wide.
    assert asked.members == 150 and once.members == 30
    assert 0.9 < (asked.high - asked.low) / (once.high - once.low) < 1.6
    # Wide enough for what other 60 takes show, too: the truth here is .5.
    covered = 0
    for seed in range(40):
        other = np.random.default_rng(seed).normal(0, 1, 60)
        told = attack([Round.of(other, gone & (fold != k), ~gone & (fold == k)) for k in range(6)])
        assert told is not None
        covered += told.low <= 0.5 <= told.high
    assert covered >= 34
