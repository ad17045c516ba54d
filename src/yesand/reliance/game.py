"""The game that performers play: how well do heads trained on some of them serve new voices?

One game a fold, so that queries and trainers never share a voice: the players are the performers
who train in that fold, the utility of a subset is the mean log-likelihood (nats) that the head
retrained on its takes gives to the takes of the performers held out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from yesand.reliance import head
from yesand.reliance.inputs import Corpus, Floats, Inputs, Ints

#: Logits held at once while heads are trained side by side.
_ROOM = 2**22


@dataclass(frozen=True)
class Game:
    """One fold.

    Attributes
    ----------
    players : performers who train here, as indices into the corpus.
    asked : performers whose takes are the queries.
    trained, queried : the takes of either, standardised by the takes that train.
    weight : (queries,) each asked performer's add up to 1.
    leaving : (players, players) who leaves with each player; none given, each leaves alone.
    """

    players: Ints
    asked: Ints
    trained: head.Takes
    queried: head.Takes
    weight: Floats
    leaving: Floats | None = None

    @property
    def size(self) -> int:
        """How many play."""
        return len(self.players)

    def utility(self, subsets: Floats, l2: float, step: Callable[[int], None]) -> Floats:
        """Return the utility of each subset for each asked performer, (subsets, asked)."""
        room = max(1, _ROOM // (len(self.trained.label) * self.trained.classes))
        parts = []
        for rows in np.array_split(subsets, -(-len(subsets) // min(room, 64))):
            weights = head.fit(self.trained, torch.from_numpy(rows), l2)
            parts.append(self._mean(head.log_likelihood(weights, self.queried).numpy()))
            step(len(rows))
        return np.concatenate(parts)

    def nothing(self) -> float:
        """Return the utility of nobody: the uniform guess, whatever the penalty."""
        return -float(np.log(self.trained.classes))

    def _mean(self, likelihood: Floats) -> Floats:
        whose = np.eye(len(self.asked))[self.queried.owner.numpy()]
        mean: Floats = likelihood @ (whose * self.weight[:, None])
        return mean


def games(inputs: Inputs) -> list[Game]:
    """Return a game for each fold that has both trainers and queries."""
    made = (_game(inputs, fold) for fold in range(len(inputs.model.embedding)))
    return [game for game in made if game is not None]


def _game(inputs: Inputs, fold: int) -> Game | None:
    corpus, queries = inputs.corpus, inputs.queries
    trains = queries.trains(fold)
    asks = (queries.fold == fold) & (queries.weight > 0)
    if not trains.any() or not asks.any():
        return None
    features = _standard(inputs.model.embedding[fold], trains)
    players, owner = np.unique(corpus.owner[trains], return_inverse=True)
    asked, voice = np.unique(corpus.owner[asks], return_inverse=True)
    return Game(
        players=players,
        asked=asked,
        trained=_takes(features[trains], corpus.label[trains], owner, len(corpus.labels)),
        queried=_takes(features[asks], corpus.label[asks], voice, len(corpus.labels)),
        weight=queries.weight[asks],
        leaving=_leaving(corpus, players),
    )


def _leaving(corpus: Corpus, players: Ints) -> Floats | None:
    if corpus.through is None:
        return None
    gone: Floats = corpus.through.leaving(len(corpus.performers))[np.ix_(players, players)]
    return gone


def _standard(embedding: Floats, trains: NDArray[np.bool_]) -> Floats:
    """Standardise by the takes that train, and add the column that carries the bias."""
    mean, spread = embedding[trains].mean(0), embedding[trains].std(0)
    scaled = (embedding - mean) / np.where(spread > 1e-9, spread, 1.0)
    return np.column_stack([scaled, np.ones(len(scaled))])


def _takes(features: Floats, label: Ints, owner: Ints, classes: int) -> head.Takes:
    return head.Takes(
        torch.from_numpy(features), torch.from_numpy(label), torch.from_numpy(owner), classes
    )
