"""Which utility a report should have: shares by each, beside one another and beside Shapley's.

RAVDESS's 24 actors in three folds with the convex head, where everything is exact: the
log-likelihood of the label, the same calibrated, agreement with raters, and the label-free
divergence from the model of everybody. Shapley values are by permutation, every step retrained, by
the same utility. Votes on RAVDESS's takes are not at hand: each take gets those of a clip of
CREMA-D of the same intended emotion, heard without the picture, drawn at random; calm and
surprised, which CREMA-D has not, keep their label.

``python -m benchmarks.reliance.utilities`` prints the table.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import Tensor

from benchmarks.harness import recordings
from benchmarks.reliance.actors import stage
from benchmarks.reliance.scene import Scene
from yesand.reliance import head, implicit, permutation, utilities
from yesand.reliance.estimators.retraining import PENALTIES
from yesand.reliance.head import Takes
from yesand.reliance.inputs import Floats, Ints
from yesand.reliance.shares import fractions

PAIRS, SPLITS = 24, 20
NAMES = ("label", "label, calibrated", "raters", "label-free")
#: CREMA-D's letters at RAVDESS's places: neutral, calm, happy, sad, angry, fearful, disgust, …
_VOTES = ("N", "", "H", "S", "A", "F", "D", "")


def main() -> int:
    """Measure and print."""
    votes = _votes()
    scenes = stage("ravdess", "head").scenes
    l2 = max(PENALTIES, key=lambda each: sum(_served(scene, each) for scene in scenes))
    found = [_fold(scene, votes, k, l2) for k, scene in enumerate(scenes)]
    players = 1 + max(max(scene.players) for scene in scenes)
    shares = {n: _shares(n, "effect", found, players) for n in NAMES}
    truth = {n: _shares(n, "shapley", found, players) for n in NAMES}
    columns = (
        "utility",
        "halves of those asked, ρ",
        "with Shapley by itself, ρ",
        "largest error, points",
        "with the label's, ρ",
        "largest difference, points",
        "gain, nats",
    )
    print(f"| {' | '.join(columns)} |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name in NAMES:
        print(
            f"| {name} | {_halves(name, found, players):.3f} "
            f"| {_rho(shares[name], truth[name]):.3f} | {_off(shares[name], truth[name]):.2f} "
            f"| {_rho(shares[name], shares['label']):.3f} "
            f"| {_off(shares[name], shares['label']):.2f} "
            f"| {np.mean([fold[f'gain {name}'] for fold in found]):.3f} |"
        )
    print(f"\nl2 {l2:g}, {PAIRS} pairs of orders a fold")
    return 0


Found = dict[str, Floats]


def _served(scene: Scene, l2: float) -> float:
    everybody = torch.ones(1, scene.size, dtype=torch.float64)
    fitted = head.fit(_biased(scene.takes), everybody, l2)
    return float(head.log_likelihood(fitted, _biased(scene.asked)).mean())


def _fold(scene: Scene, votes: dict[str, Floats], fold: int, l2: float) -> Found:
    """Return of one fold, by utility, who brings what to whom: (asked, players), twice."""
    trained, asked = _biased(scene.takes), _biased(scene.asked)
    named, places = np.unique(asked.owner.numpy(), return_inverse=True)
    voices, asks = len(named), torch.from_numpy(places)
    count = torch.bincount(asks)
    rate = torch.eye(voices, dtype=torch.float64)[asks] / count[asks, None]
    everybody = torch.ones(1, scene.size, dtype=torch.float64)
    scores = asked.features @ head.fit(trained, everybody, l2)[0]
    # Each half of the voices is calibrated by the other.
    warm = asked.features.new_ones(len(asked.label))
    for mine, other in (_halved(asks), _halved(asks)[::-1]):
        warm[mine] = utilities.temperature(scores[other], asked.label[other])
    rng = np.random.default_rng(fold)
    raters = torch.tensor(np.array([_voted(votes, int(k), rng) for k in asked.label]))
    targets = {
        "label": (asked, utilities.labels(asked)),
        "label, calibrated": (utilities.tempered(asked, warm), utilities.labels(asked)),
        "raters": (asked, raters),
        "label-free": (asked, scores.softmax(1)),
    }
    order = permutation.orders(scene.size, PAIRS, rng)
    members = permutation.entering(order).reshape(-1, scene.size)
    weights = head.fit(trained, torch.from_numpy(members), l2)
    made: Found = {"players": np.array(scene.players), "asked": np.array(voices)}
    for name, (queries, target) in targets.items():
        told, rates = utilities.asking(queries, rate, target)
        values = implicit.head_values(trained, told, rates, l2)
        made[f"effect {name}"] = scene.summed(values.effect[0]).numpy()
        made[f"gain {name}"] = (values.whole - values.none).mean().numpy()
        made[f"shapley {name}"] = _shapley(order, weights, told, rates)
    return made


def _shapley(order: Ints, weights: Tensor, told: Takes, rates: Tensor) -> Floats:
    worth = [head.log_likelihood(part, told) @ rates for part in torch.split(weights, 256)]
    utility = torch.cat(worth).numpy().reshape(len(order), order.shape[1] + 1, -1)
    mean: Floats = permutation.values(order, utility).mean(0)
    return mean


def _biased(takes: Takes) -> Takes:
    ones = takes.features.new_ones(len(takes.label), 1)
    features = torch.cat([takes.features, ones], 1).double()
    return Takes(features, takes.label, takes.owner, takes.classes)


def _halved(asks: Tensor) -> tuple[Tensor, Tensor]:
    return asks % 2 == 0, asks % 2 == 1


def _votes() -> dict[str, Floats]:
    """Return the voice-only votes of CREMA-D's clips by intended emotion, (clips, 8) each."""
    found = defaultdict(list)
    places = {letter: i for i, letter in enumerate(_VOTES) if letter}
    with (recordings("crema-d") / "tabulatedVotes.csv").open() as file:
        for row in csv.DictReader(file):
            if not row[""].startswith("1"):  # numbered 1 … in the hundred thousands: voice only
                continue
            told = np.zeros(len(_VOTES))
            for letter, i in places.items():
                told[i] = float(row[letter])
            intended = row["fileName"].split("_")[2][0]
            found[intended].append(told / told.sum())
    return {letter: np.array(rows) for letter, rows in found.items()}


def _voted(votes: dict[str, Floats], label: int, rng: np.random.Generator) -> Floats:
    letter = _VOTES[label]
    if not letter:
        told: Floats = np.eye(len(_VOTES))[label]
        return told
    drawn: Floats = votes[letter][rng.integers(len(votes[letter]))]
    return drawn


def _shares(
    name: str, kind: str, found: list[Found], players: int, rows: list[Ints] | None = None
) -> Floats:
    """Return everybody's share, added up over the folds in which they train."""
    summed = np.zeros(players)
    for k, fold in enumerate(found):
        told = fold[f"{kind} {name}"]
        asked = told[rows[k]] if rows else told
        np.add.at(summed, fold["players"].astype(int), asked.mean(0))
    shares: Floats = fractions(summed)
    return shares


def _halves(name: str, found: list[Found], players: int) -> float:
    rng, told = np.random.default_rng(1), []
    for _ in range(SPLITS):
        order = [rng.permutation(int(fold["asked"])) for fold in found]
        one, other = ([part[at::2] for part in order] for at in range(2))
        pair = [_shares(name, "effect", found, players, half) for half in (one, other)]
        told.append(_rho(*pair))
    return float(np.mean(told))


def _rho(one: Floats, other: Floats) -> float:
    return float(spearmanr(one, other)[0])


def _off(one: Floats, other: Floats) -> float:
    return float(np.abs(one - other).max() * 100)


if __name__ == "__main__":
    sys.exit(main())
