"""How well a run's models do on performers whom they never met, with and without enrolment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import softmax

from yesand.affect import calibration
from yesand.affect.evaluating import Beside, Evaluation, evaluate
from yesand.affect.frames import Pack
from yesand.affect.voice_model import VoiceModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: A new performer is enrolled by so many takes, or by half of theirs if that is less.
ENROLLED = 20


@dataclass(frozen=True, eq=False)
class Asked:
    """What the models are asked: every take, in the fold that holds its performer out."""

    pack: Pack
    label: Ints
    performers: Sequence[str]
    labels: Sequence[str]
    fold: Ints


@dataclass(frozen=True)
class Enrolled:
    """Scores of the takes that were not enrolled by, once their performers are enrolled.

    Attributes
    ----------
    least, most : by how many takes each performer was enrolled; nobody said what was acted in them.
    """

    scores: Evaluation
    least: int
    most: int

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {"enrolled_by": [self.least, self.most], **self.scores.as_json()}


@dataclass(frozen=True, eq=False)
class Scored:
    """What came out.

    Attributes
    ----------
    probability : of every take, by the model that never met its performer, (takes, classes).
    trust : in each part of a model of all takes, without and with enrolment, (2, parts).
    """

    plain: Evaluation
    enrolled: Enrolled | None
    probability: Floats
    trust: Floats


def score(
    models: Sequence[VoiceModel],
    embedding: torch.Tensor,
    asked: Asked,
    names: Sequence[str],
    beside: Beside,
) -> Scored:
    """Score a run.

    How far a fold's parts are trusted is told by the other folds alone (``calibration.across``),
    and set in its model.

    Parameters
    ----------
    models : one a fold. embedding : of every take by each, (folds, takes, d).
    names : of the takes, by content: by them it is decided who is enrolled by which.
    beside : what else is known of the takes.
    """
    said = _said(models, embedding, asked.fold)
    weights = calibration.across(said, asked.label, asked.fold)
    trust = np.zeros(models[0].trust.shape)
    trust[:, : len(said)] = calibration.trust(said, asked.label)
    for k, model in enumerate(models):
        told = weights[:, (asked.fold == k).argmax()]
        model.trust[:, : len(told)] = torch.from_numpy(told)
    shares = _pooled(said, weights)
    plain = evaluate(shares, asked.label, asked.performers, asked.labels, beside)
    if not models[0].moved:
        return Scored(plain, None, shares, trust)
    enrolled, trust[1] = _enrolled(models, embedding, asked, names)
    return Scored(plain, enrolled, shares, trust)


def _enrolled(
    models: Sequence[VoiceModel], embedding: torch.Tensor, asked: Asked, names: Sequence[str]
) -> tuple[Enrolled | None, Floats]:
    """Return the scores with enrolment, if a take is left to ask about, and the trust in parts."""
    by, owner = _enrolled_by(asked.performers, names), np.array(asked.performers)
    # Whose only take it is cannot be enrolled by another.
    rest = np.flatnonzero(~by & np.isin(owner, owner[by]))
    if not len(rest):  # enrolment then adds nothing
        return None, models[0].trust[0].double().numpy()
    label, fold = asked.label[rest], asked.fold[rest]
    left = Asked(asked.pack, label, owner[rest].tolist(), asked.labels, fold)
    moved = asked.pack.enrolled(_usual(asked, by)).moved
    said = _said(models, embedding, asked.fold, moved)[:, rest]
    weights, folds = calibration.across(said, label, fold), Beside(folds=[*map(str, fold)])
    shares = _pooled(said, weights)
    scores = evaluate(shares, left.label, left.performers, left.labels, folds)
    _, counts = np.unique(owner[by], return_counts=True)
    told = Enrolled(scores, int(counts.min()), int(counts.max()))
    return told, calibration.trust(said, left.label)


def _enrolled_by(performers: Sequence[str], names: Sequence[str]) -> NDArray[np.bool_]:
    """Return which takes performers are enrolled by, (takes,): the hash of their content picks."""
    owner, order = np.array(performers), np.argsort(np.array(names))
    chosen = np.zeros(len(owner), dtype=bool)
    for who in np.unique(owner):
        own = order[owner[order] == who]
        chosen[own[: min(ENROLLED, len(own) // 2)]] = True
    return chosen


def _usual(asked: Asked, by: NDArray[np.bool_]) -> torch.Tensor:
    """Return what is usual for each take's performer by the takes they are enrolled by."""
    owner = np.array(asked.performers)
    usual = torch.zeros_like(asked.pack.prosody)
    for who in np.unique(owner):
        own = torch.from_numpy(np.flatnonzero((owner == who) & by))
        if len(own):
            mean = asked.pack.prosody[own].double().mean(dim=0).float()
            usual[torch.from_numpy(owner == who)] = mean
    return usual


@torch.inference_mode()
def _said(
    models: Sequence[VoiceModel],
    embedding: torch.Tensor,
    fold: Ints,
    moved: torch.Tensor | None = None,
) -> Floats:
    """Return what each part of its fold's model says of each take, (parts, takes, classes).

    Parameters
    ----------
    moved : prosody less what is usual, where performers are enrolled.
    """
    parts = list[torch.Tensor]()
    for k, model in enumerate(models):
        here = torch.from_numpy(np.flatnonzero(fold == k))
        heard = embedding[k][here]
        if moved is not None:
            heard = torch.cat([heard, *(net(moved[here]) for net in model.moved)], dim=1)
        parts.append(model.said(heard))
    whole = torch.cat(parts, dim=1).double().numpy()
    made: Floats = whole[:, np.argsort(np.argsort(fold, kind="stable"))]
    return made


def _pooled(said: Floats, weights: Floats) -> Floats:
    shares: Floats = softmax((weights[:, :, None] * said).sum(axis=0), axis=1)
    return shares
