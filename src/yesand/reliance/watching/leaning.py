"""What each performer brought to the reading of each emotion, asked once, for all mixes to come.

The utility is a mean over queries, so with the queries of emotion k asked apart, U = Σₖ mixₖ Uₖ,
and by linearity φ_g(mix) = Σₖ mixₖ φ_{g,k}: whatever a later day's mix is, its shares follow from
these numbers without any training. (Exact where every performer asked has takes of every emotion;
otherwise those who lack one count a little more elsewhere.) Of a network the φ_{g,k} are a product
of its kept tangents ∂θ/∂w_g with the gradient of Uₖ (``trajectory.tangents``); of the convex head
they come from its closed form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from yesand.affect.head.curvature import one_thread
from yesand.kernel.canonical import canonical
from yesand.kernel.errors import NotFound
from yesand.kernel.ids import digest_of
from yesand.reliance import implicit
from yesand.reliance.estimators.aumann_shapley import AumannShapley
from yesand.reliance.estimators.networks import single
from yesand.reliance.estimators.retraining import Round, gather
from yesand.reliance.game import Game, games
from yesand.reliance.inputs import Floats, Inputs
from yesand.reliance.pooling import Pooled
from yesand.reliance.shares import BILLION
from yesand.reliance.trajectory.question import Question
from yesand.reliance.trajectory.tangents import Tangents, tangents

Asked = dict[str, dict[str, int]]
_NODES = 4
_COURSE = ("network", "epochs", "batch", "rate", "decay")


def of_head(given: Inputs, l2: float) -> Asked:
    """Return handle → emotion asked → what the performer brought, by the convex head."""

    def brought(game: Game) -> Floats:
        found = implicit.head_values(game.trained, game.queried, rates(game), l2)
        whose = one_hot(game.trained.owner, game.size).double()
        effects: Floats = (found.effect[0].double() @ whose).numpy()
        return effects

    return _together(given, brought)


def of_network(given: Inputs, settings: Mapping[str, Any], kept: Path, seeds: int = 4) -> Asked:
    """Return the same for a network, from its tangents: those that are kept, or kept from now on.

    Parameters
    ----------
    settings : of the report's estimator. kept : the folder where tangents lie, a file a fold.
    """
    course_of = AumannShapley(**{name: settings[name] for name in _COURSE}).course
    told = canonical({name: str(settings[name]) for name in _COURSE} | {"seeds": seeds}).decode()

    def brought(game: Game) -> Floats:
        about = {"model": given.model.digest, "course": told}
        path = kept / f"{digest_of([about, game.players.tolist()])[:32]}.safetensors"
        lean = _kept(path, about, lambda: tangents(
            course_of(game), single(game.trained), torch.arange(seeds), game.size, count=_NODES
        ))  # fmt: skip
        question = Question(single(game.queried), rates(game).float())
        effects: Floats = lean.effects(course_of(game), question).mean(0).double().numpy()
        return effects

    with one_thread():
        return _together(given, brought)


def rates(game: Game) -> Tensor:
    """Return how much each query counts for each who is asked and each emotion, (queries, Q·C)."""
    label, owner = game.queried.label.numpy(), game.queried.owner.numpy()
    asked, classes = len(game.asked), game.queried.classes
    cell = owner * classes + label
    rate = np.eye(asked * classes)[cell] / np.bincount(cell, minlength=asked * classes)[cell, None]
    return torch.from_numpy(rate)


def _kept(path: Path, about: Mapping[str, str], make: Callable[[], Tangents]) -> Tangents:
    try:
        return Tangents.load(path, about)
    except NotFound:
        made = make()
        path.parent.mkdir(parents=True, exist_ok=True)
        made.save(path, about)
        return made


def _together(given: Inputs, brought: Callable[[Game], Floats]) -> Asked:
    """Put the folds together as a report does, emotion by emotion."""
    corpus, played = given.corpus, games(given)
    amount = np.bincount(corpus.owner, minlength=len(corpus.performers)).astype(np.float64)
    parts = [brought(game).reshape(len(game.asked), -1, game.size) for game in played]
    columns = []
    for kind in range(len(corpus.labels)):
        rounds = [_round(part[:, kind]) for part in parts]
        panel = gather(played, rounds, len(amount), amount)
        columns.append(Pooled.of_players(panel, corpus.through).effects())
    return {
        who: {e: round(float(c[i]) * BILLION) for e, c in zip(corpus.labels, columns, strict=True)}
        for i, who in enumerate(corpus.people)
    }


def _round(effect: Floats) -> Round:
    nothing = np.zeros(len(effect))
    return Round(effect[None], np.zeros_like(effect), nothing, nothing)
