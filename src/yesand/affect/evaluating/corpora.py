"""Scores on a corpus that a model never met, in words that both have.

Leave-one-corpus-out: a model says what it says in its own space, a take carries its corpus's own
label, and both are carried over into a third space, by mappings that say what they lose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.affect.evaluating.known import Beside
from yesand.affect.evaluating.recall import Floats, Ints
from yesand.affect.evaluating.scores import Evaluation, evaluate
from yesand.affect.spaces import Relabelling, categories, mapping
from yesand.kernel.errors import BadInput


@dataclass(frozen=True)
class Abroad:
    """How well a model does on one corpus.

    Attributes
    ----------
    scores : over the labels that both can say; the others have no part in it.
    left_out : takes whose label has no counterpart among what the model can say.
    outside : mean probability that the model gave to what has no counterpart; what is left was
        scaled up to one.
    lost : bits that the corpus's labels lose on the way, all labels equally frequent.
    """

    corpus: str
    space: str
    scores: Evaluation
    left_out: int
    outside: float
    lost: float

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, figures to four decimals."""
        return {
            "corpus": self.corpus,
            "space": self.space,
            "left_out": self.left_out,
            "outside": round(self.outside, 4),
            "bits_lost": round(self.lost, 4),
            "scores": self.scores.as_json(),
        }


@dataclass(frozen=True)
class Crossing:
    """All corpora together, with ``corpus`` as a group, and each by itself."""

    scores: Evaluation
    corpora: tuple[Abroad, ...]


def abroad(
    probability: Floats,
    said: str,
    given: Sequence[str],
    corpora: Sequence[str],
    performers: Sequence[str],
    into: str,
    labels: Sequence[str] = (),
) -> Crossing:
    """Score predictions corpus by corpus.

    Parameters
    ----------
    probability : shape (takes, labels). said : the model's space. labels : its columns; none: all
        labels of the space.
    given : each take's label in its corpus's own space, shape (takes,). corpora : each take's
        corpus, whose space has its name, shape (takes,).
    into : the space to compare in, e.g. ekman.

    Raises
    ------
    NotFound : no such space or mapping. BadInput : a label outside its space; a corpus of which
        the model can say nothing.
    """
    spoken = categories(said)
    columns = [spoken.checked(label, where="columns") for label in labels or spoken.labels]
    way = mapping(spoken.id, into)
    shares, outside = carry(probability, columns, way)
    reached = {way.to[label] for label in columns}
    words = [label for label in way.target.labels if label in reached]
    if not words:
        raise BadInput(
            f"None of the columns has a counterpart in {into}",
            where="columns",
            remedy="Compare in another space: yesand affect spaces lists them.",
        )
    shares = shares[:, [way.target.labels.index(word) for word in words]]
    # Who gave nothing to any of these words guesses among them.
    shares = np.where(shares.sum(1, keepdims=True) > 0, shares, 1 / len(words))
    ways = {corpus: mapping(categories(corpus).id, into) for corpus in sorted(set(corpora))}
    label = np.array(
        [_meant(ways[c], word, words, c) for word, c in zip(given, corpora, strict=True)]
    )
    people = [person_of(c, who) for who, c in zip(performers, corpora, strict=True)]
    column = np.asarray(corpora, dtype=str)
    found = tuple(
        _one(corpus, ways[corpus], shares, outside, label, people, words, column == corpus)
        for corpus in ways
    )
    kept = np.flatnonzero(label >= 0).tolist()
    groups = {"corpus": [corpora[k] for k in kept]}
    whole = evaluate(
        shares[kept], label[kept], [people[k] for k in kept], words, Beside(groups=groups)
    )
    return Crossing(whole, found)


def _meant(way: Relabelling, label: str, words: Sequence[str], corpus: str) -> int:
    """Return the number of a label's counterpart among the words; −1: it has none."""
    target = way.to[way.source.checked(label, where=corpus)]
    return words.index(target) if target in words else -1


def _one(
    corpus: str,
    way: Relabelling,
    shares: Floats,
    outside: Floats,
    label: Ints,
    people: Sequence[str],
    words: Sequence[str],
    theirs: Any,
) -> Abroad:
    kept = np.flatnonzero(theirs & (label >= 0)).tolist()
    if not kept:
        raise BadInput(
            "The model can say nothing that this corpus's takes are labelled with",
            where=corpus,
            remedy="Compare in another space.",
        )
    scores = evaluate(shares[kept], label[kept], [people[k] for k in kept], words)
    left_out, gone = int(theirs.sum()) - len(kept), float(outside[theirs].mean())
    return Abroad(corpus, way.source.id, scores, left_out, gone, way.loss().bits)


def carry(probability: Floats, labels: Sequence[str], way: Relabelling) -> tuple[Floats, Floats]:
    """Return probabilities over the target's labels, and each take's part that has no place there.

    Rows add up to one, or are zeros where nothing has a place. As ``Relabelling.carry``, for all
    takes at once.

    Parameters
    ----------
    probability : shape (takes, labels).
    """
    table = np.zeros((len(labels), len(way.target.labels)))
    for row, label in enumerate(labels):
        target = way.to[way.source.checked(label)]
        if target is not None:
            table[row, way.target.labels.index(target)] = 1
    found = probability @ table
    inside = found.sum(1)
    shares: Floats = np.divide(
        found, inside[:, None], out=np.zeros_like(found), where=inside[:, None] > 0
    )
    return shares, 1 - inside / np.maximum(probability.sum(1), np.finfo(float).tiny)


def person_of(corpus: str, performer: str) -> str:
    """Return a performer's name among several corpora: a number is somebody else in each."""
    return f"{corpus} {performer}"
