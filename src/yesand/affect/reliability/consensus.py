"""What raters say together, and what each is worth: Dawid–Skene and MACE, by our own EM.

Both assume that a take has one right label. That is what gold, spam and a rater's worth need; what
a take *is heard as* is a distribution (`yesand.affect.reliability.soft`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yesand.affect.reliability.alpha import Floats, Ints
from yesand.affect.reliability.judgements import Judgements

_ROUNDS = 200
_ENOUGH = 1e-6


@dataclass(frozen=True)
class DawidSkene:
    """Each take's probable label, and each rater's habits.

    Attributes
    ----------
    posterior : shape (takes, labels). prior : shape (labels,).
    confusion : P(answer | right label), shape (raters, right labels, answers).
    history : the log posterior after each round; it never falls.
    """

    posterior: Floats
    prior: Floats
    confusion: Floats
    history: tuple[float, ...]


def dawid_skene(given: Judgements, rounds: int = _ROUNDS) -> DawidSkene:
    """Fit a confusion matrix to every rater (Dawid & Skene 1979, Applied Statistics 28(1)).

    Starts from the votes. A rater who gave little is drawn to one who is right as often as not, by
    a Dirichlet prior of one answer a row on the diagonal and one spread over it.
    """
    size = len(given.labels)
    pseudo = np.eye(size) + 1 / size
    posterior = _votes(given)
    history: list[float] = []
    while True:
        prior = (posterior.sum(0) + 1 / size) / (len(posterior) + 1)
        confusion = _confusion(given, posterior, pseudo)
        posterior, told = _posterior(given, np.log(prior), np.log(confusion))
        told += float((pseudo * np.log(confusion)).sum() + (np.log(prior) / size).sum())
        history.append(told)
        if len(history) == rounds or _settled(history):
            return DawidSkene(posterior, prior, confusion, tuple(history))


@dataclass(frozen=True)
class Mace:
    """Each take's probable label, and how often each rater means what they answer.

    Attributes
    ----------
    posterior : shape (takes, labels). competence : 1 − P(spamming), shape (raters,).
    habit : what a rater answers when spamming, shape (raters, labels).
    """

    posterior: Floats
    competence: Floats
    habit: Floats
    history: tuple[float, ...]


def mace(given: Judgements, rounds: int = _ROUNDS) -> Mace:
    """Tell raters who answer from those who only fill in (Hovy et al. 2013, NAACL, "MACE").

    A rater copies the right label with their competence and else answers by habit. Starts from the
    votes instead of random restarts, so the same ratings always give the same answer.
    """
    people, size = len(given.raters), len(given.labels)
    competence = np.full(people, 0.8)
    habit = np.full((people, size), 1 / size)
    number = np.bincount(given.rater, minlength=people)
    history: list[float] = []
    while True:
        posterior, told = _meant(given, competence, habit)
        history.append(told)
        if len(history) == rounds or _settled(history):
            return Mace(posterior, competence, habit, tuple(history))
        right = competence[given.rater]
        luck = (1 - right) * habit[given.rater, given.label]
        meant = posterior[given.take, given.label] * right
        meant /= right + luck
        # Beta(1.5, 1.5) and a half answer of each label: neither saint nor machine from one rating.
        competence = (np.bincount(given.rater, meant, people) + 0.5) / (number + 1)
        habit = np.full((people, size), 0.5 / size)
        np.add.at(habit, (given.rater, given.label), 1 - meant)
        habit /= habit.sum(1, keepdims=True)


def _votes(given: Judgements) -> Floats:
    counts = given.counts + 0.01
    shares: Floats = counts / counts.sum(1, keepdims=True)
    return shares


def _confusion(given: Judgements, posterior: Floats, pseudo: Floats) -> Floats:
    size = len(given.labels)
    answers = np.zeros((len(given.raters) * size, size))
    np.add.at(answers, given.rater * size + given.label, posterior[given.take])
    table = answers.reshape(len(given.raters), size, size).transpose(0, 2, 1) + pseudo
    shares: Floats = table / table.sum(2, keepdims=True)
    return shares


def _posterior(given: Judgements, prior: Floats, confusion: Floats) -> tuple[Floats, float]:
    told = np.tile(prior, (len(given.takes), 1))
    np.add.at(told, given.take, confusion[given.rater, :, given.label])
    return _normalised(told)


def _meant(given: Judgements, competence: Floats, habit: Floats) -> tuple[Floats, float]:
    """Return P(right label | answers) with all labels equally frequent, as MACE has it."""
    right = competence[given.rater]
    luck = (1 - right) * habit[given.rater, given.label]
    told = np.full((len(given.takes), len(given.labels)), -np.log(len(given.labels)))
    np.add.at(told, given.take, np.log(luck)[:, None])
    np.add.at(told, (given.take, given.label), np.log(right + luck) - np.log(luck))
    return _normalised(told)


def _normalised(told: Floats) -> tuple[Floats, float]:
    top = told.max(1, keepdims=True)
    parts = np.exp(told - top)
    whole = parts.sum(1, keepdims=True)
    return parts / whole, float((top + np.log(whole)).sum())


def _settled(history: list[float]) -> bool:
    if len(history) < 2:
        return False
    return abs(history[-1] - history[-2]) <= _ENOUGH * abs(history[-1])


def chosen(posterior: Floats) -> Ints:
    """Return each take's most probable label, shape (takes,)."""
    return np.asarray(posterior.argmax(1), dtype=np.int64)
