"""From a sentence to an intent: TF-IDF of words, pairs of words and runs of letters, then weights.

The router is fitted from the phrases of ``phrases/`` by ``make heidi`` and shipped beside this
module under the hash of what it was fitted from. Whoever changes a phrase gets their own: it is
fitted once, in half a minute, and kept in the house's cache. Two questions are asked of a sentence:

*Which intent?* A linear support vector machine, one against the rest; one class is made of
out-of-scope phrases. A pattern that makes many phrases weighs more than one that makes one, but
only as the root of their number.

*Is it one at all?* A tiny logistic regression weighs how far the best intent lies above what is
out of scope and above the second best, how many of its words no taught phrase has, and which intent
is the best: what lies beyond is nearer to some than to others. It is fitted on answers about
patterns that were held out, so that no phrase is judged by its twin, and its threshold is the
lowest at which 97 in 100 of our own out-of-scope phrases are turned away, where a pattern counts
as in the first question.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from yesand.heidi.concepts import folded
from yesand.heidi.intents import Intent
from yesand.heidi.phrases import Phrase, fingerprint, phrases

#: Raised when the features or the fit change, so that older caches are not read.
VERSION = 3
#: The aim is at most 3 in 100 accepted.
REJECTED = 0.97
FOLDS = 5
#: More than this of a message says nothing more about what it asks for.
READ = 400
_WORD = r"[\w']+"
_ODD = re.compile(r"[^\w' ]+")
#: The router of the phrases as they are shipped; a test compares it with a new fit.
SHIPPED = Path(__file__).with_name("router.npz")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Guess:
    """What a sentence asks for, how surely (above nothing: in scope), and the next best."""

    intent: Intent
    margin: float
    second: Intent = Intent.OTHER


def plain(text: str) -> str:
    """Return a sentence as the router reads it: lower case, without marks."""
    straight = text[:READ].replace("’", "'").lower()
    return " ".join(_ODD.sub(" ", straight).split())


def _near(sentence: str) -> str:
    """Return the pairs of folded words that stand one or two words apart."""
    words = folded(sentence).split()
    return " ".join(
        f"{word}_{later}" for n, word in enumerate(words) for later in words[n + 2 : n + 4]
    )


#: What is counted of a sentence: how it is read, and how its terms are made.
_COUNTED: dict[str, tuple[Callable[[str], str], dict[str, Any]]] = {
    "words": (folded, {"token_pattern": _WORD, "ngram_range": (1, 2)}),
    "letters": (str, {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 2}),
    "near": (_near, {"token_pattern": _WORD, "min_df": 3}),
}


@dataclass(frozen=True)
class Features:
    """TF-IDF of what is counted."""

    counters: dict[str, Any]

    @classmethod
    def learnt(cls, texts: Sequence[str]) -> Features:
        """Learn which terms there are from plain texts."""
        made = cls.of_terms({})
        for name, counter in made.counters.items():
            counter.fit([_COUNTED[name][0](text) for text in texts])
        return made

    @classmethod
    def of_terms(cls, terms: Mapping[str, dict[str, int]]) -> Features:
        """Make features of terms that were learnt before."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        counters = {
            name: TfidfVectorizer(sublinear_tf=True, vocabulary=terms.get(name), **how)
            for name, (_, how) in _COUNTED.items()
        }
        return cls(counters)

    def of(self, texts: Sequence[str]) -> Any:
        """Return the plain texts' features as a sparse matrix, texts × terms."""
        from scipy.sparse import hstack

        counted = [
            counter.transform([_COUNTED[name][0](text) for text in texts])
            for name, counter in self.counters.items()
        ]
        return hstack(counted).tocsr()


@dataclass(frozen=True)
class Chooser:
    """The first question: which intent."""

    features: Features
    weights: Floats  # features × intents
    offsets: Floats  # intents
    intents: tuple[Intent, ...]
    known: frozenset[str]

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return how much speaks for each intent: texts × intents."""
        found: Floats = self.features.of(texts) @ self.weights + self.offsets
        return found

    def signs(self, texts: Sequence[str], scores: Floats) -> Floats:
        """Return what tells that a text is in scope: texts × signs.

        These are its leads, unknown part and number, and for each intent whether that is the best,
        and with which lead.
        """
        place = self.intents.index(Intent.OTHER)
        within = np.sort(np.delete(scores, place, axis=1), axis=1)
        best, second = within[:, -1], within[:, -2]
        split = [folded(t).split() for t in texts]
        unknown = np.array([sum(w not in self.known for w in words) for words in split], float)
        lengths = np.array([max(1, len(words)) for words in split], float)
        lead = best - scores[:, place]
        mine = scores.copy()
        mine[:, place] = -np.inf
        which = np.eye(len(self.intents))[mine.argmax(axis=1)]
        common = [best, lead, best - second, unknown / lengths, unknown]
        return np.column_stack([*common, which, which * lead[:, None]])


@dataclass(frozen=True)
class Router:
    """Both questions, fitted."""

    chooser: Chooser
    scope: Floats  # one weight for each sign, then the offset
    threshold: float

    def guess(self, text: str) -> Guess:
        """Return what a sentence asks for; ``OTHER`` if it is nothing that was taught."""
        return self.guesses([text])[0]

    def guesses(self, texts: Sequence[str]) -> list[Guess]:
        """Return what each sentence asks for."""
        read = [plain(t) for t in texts]
        scores = self.chooser.scores(read)
        margins = self.chooser.signs(read, scores) @ self.scope[:-1] + self.scope[-1]
        scores[:, self.chooser.intents.index(Intent.OTHER)] = -np.inf
        return [
            self._chosen(row, float(margin) - self.threshold)
            for row, margin in zip(scores, margins, strict=True)
        ]

    def _chosen(self, row: Floats, margin: float) -> Guess:
        second, first = (self.chooser.intents[int(place)] for place in np.argsort(row)[-2:])
        return Guess(first, margin, second) if margin >= 0 else Guess(Intent.OTHER, margin, first)


def _chooser(taught: Sequence[Phrase]) -> Chooser:
    from sklearn.svm import LinearSVC

    texts = [plain(p.text) for p in taught]
    features = Features.learnt(texts)
    weights = _weights(taught)
    model = LinearSVC(C=0.4, random_state=1)
    wanted = [p.intent.value for p in taught]
    model.fit(features.of(texts), wanted, sample_weight=weights / weights.mean())
    known = {
        word
        for phrase, text in zip(taught, texts, strict=True)
        if phrase.intent is not Intent.OTHER
        for word in folded(text).split()
    }
    intents = tuple(Intent(name) for name in model.classes_)
    return Chooser(features, model.coef_.T, model.intercept_, intents, frozenset(known))


def _weights(taught: Sequence[Phrase]) -> Floats:
    """Return what each phrase weighs: a pattern weighs the root of the number of its phrases."""
    made = Counter(p.pattern for p in taught)
    return np.array([made[p.pattern] ** -0.5 for p in taught])


def fit(taught: Sequence[Phrase]) -> Router:
    """Fit a router to phrases; the same phrases always give the same router."""
    from sklearn.linear_model import LogisticRegression

    pairs = [_held_out(taught, fold) for fold in range(FOLDS)]
    signs, within, weights = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    model = LogisticRegression(class_weight="balanced", max_iter=2_000)
    model.fit(signs, within, sample_weight=weights)
    scope = np.append(model.coef_[0], model.intercept_)
    margins = signs[~within] @ scope[:-1] + scope[-1]
    return Router(_chooser(taught), scope, _quantile(margins, weights[~within], REJECTED))


def _quantile(values: Floats, weights: Floats, part: float) -> float:
    """Return the least value that has at least this part of all weight at or below it."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, part * reached[-1])])


def _held_out(taught: Sequence[Phrase], fold: int) -> tuple[Floats, npt.NDArray[np.bool_], Floats]:
    """Return the signs of the patterns of one fold, seen by a chooser that did not meet them.

    Beside them, whether each is in scope, and what it weighs.
    """
    places = {pattern: n for n, pattern in enumerate(dict.fromkeys(p.pattern for p in taught))}
    chooser = _chooser([p for p in taught if places[p.pattern] % FOLDS != fold])
    unseen = [p for p in taught if places[p.pattern] % FOLDS == fold]
    texts = [plain(p.text) for p in unseen]
    within = np.array([p.intent is not Intent.OTHER for p in unseen])
    return chooser.signs(texts, chooser.scores(texts)), within, _weights(unseen)


def ready(cache: Path) -> Router:
    """Return the router: the shipped one, or the house's own if the phrases are others."""
    path = cache / f"heidi-{_mark()[:24]}.npz"
    for place in (SHIPPED, path):
        with suppress(OSError, ValueError, KeyError, BadZipFile):  # not there, or cut short
            return _load(place)
    save(fit(phrases()), path)
    return _load(path)


def _mark() -> str:
    """Return what a fit rests on: its version and the phrases."""
    return f"{VERSION}-{fingerprint()}"


def save(router: Router, path: Path) -> None:
    """Keep a router in a file, its weights in half precision, whole or not at all."""
    chooser = router.chooser
    counters = chooser.features.counters
    about = {
        "terms": {
            name: list(counter.get_feature_names_out()) for name, counter in counters.items()
        },
        "intents": list(chooser.intents),
        "known": sorted(chooser.known),
        "mark": _mark(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.stem}-{os.getpid()}.part.npz")
    np.savez_compressed(
        draft,
        about=np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
        weights=chooser.weights.astype(np.float16),
        offsets=chooser.offsets,
        scope=router.scope,
        threshold=np.array([router.threshold]),
        **{f"idf-{name}": counter.idf_.astype(np.float32) for name, counter in counters.items()},
    )
    draft.replace(path)


def _load(path: Path) -> Router:
    # Opened here: a file that is no archive would be left open by NumPy.
    with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
        about = json.loads(kept["about"].tobytes())
        if about["mark"] != _mark():
            raise ValueError("it was fitted from other phrases")
        terms = about["terms"]
        places = {name: {term: n for n, term in enumerate(terms[name])} for name in terms}
        features = Features.of_terms(places)
        for name, counter in features.counters.items():
            counter.idf_ = kept[f"idf-{name}"].astype(float)
        intents = tuple(map(Intent, about["intents"]))
        known = frozenset(about["known"])
        weights = kept["weights"].astype(float)
        chooser = Chooser(features, weights, kept["offsets"], intents, known)
        return Router(chooser, kept["scope"], float(kept["threshold"][0]))
