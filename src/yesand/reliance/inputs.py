"""What an estimator is given: a frozen model, the corpus it was trained on, and the queries.

All three come from the ``frozen.npz`` that a training run leaves in its model's folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from yesand.kernel.errors import BadInput, NotFound
from yesand.kernel.ids import digest_of
from yesand.reliance import through
from yesand.reliance.through import Through
from yesand.training.made import NEVER

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
FILE = "frozen.npz"


@dataclass(frozen=True)
class Corpus:
    """Whose takes the model was trained on.

    Attributes
    ----------
    takes : N media ids (SHA-256), in the order of every array below.
    performers : handles, sorted; ``owner`` (N,) indexes them. After them come synthetic players.
    labels : names of the emotions; ``label`` (N,) indexes them: what was acted.
    heard : (N, len(labels)) what raters heard, where the model was taught that; else None.
    through : for whom the synthetic players stand, if there are any.
    """

    takes: tuple[str, ...]
    performers: tuple[str, ...]
    owner: Ints
    labels: tuple[str, ...]
    label: Ints
    heard: Floats | None = None
    through: Through | None = None

    def acted(self, asked: str) -> None:
        """Check that what was acted is what takes were taught as.

        Raises
        ------
        BadInput : they were taught as what raters heard, and ``asked`` trains on labels alone.
        """
        if self.heard is not None:
            raise BadInput(
                f"The model was taught what raters heard, and {asked} trains on what was acted",
                where="reliance",
                remedy="Take aumann-shapley, datamodel, shapley or leave-one-out.",
            )

    @property
    def people(self) -> tuple[str, ...]:
        """The performers alone."""
        return self.performers if self.through is None else self.performers[: self.through.people]


@dataclass(frozen=True)
class FrozenModel:
    """The trained encoder as it sees the takes: ``embedding`` (K, N, d), one model a fold.

    Fold k's model never met the performers whom fold k holds out. ``folder`` is where it lies, for
    estimators that read what its training recorded.
    """

    digest: str
    embedding: Floats
    folder: Path | None = None


@dataclass(frozen=True)
class Queries:
    """What the model is asked, by voices that it never met: every take is asked once, in its fold.

    Attributes
    ----------
    fold : (N,) the fold that holds the take's performer out.
    weight : (N,) how much the take counts as a query; each performer's add up to 1, or to 0.
    into : (folds, N) which takes teach a fold; none given, all that it does not hold out.
    """

    fold: Ints
    weight: Floats
    into: NDArray[np.bool_] | None = None

    def trains(self, fold: int) -> NDArray[np.bool_]:
        """Return which takes teach a fold, (N,)."""
        found: NDArray[np.bool_] = self.fold != fold if self.into is None else self.into[fold]
        return found

    def digest(self, corpus: Corpus) -> str:
        """Name the queries by what was asked: take, fold and weight in parts per billion."""
        parts = np.rint(self.weight * 1e9).astype(int).tolist()
        asked = zip(corpus.takes, self.fold.tolist(), parts, strict=True)
        return digest_of([list(one) for one in asked])


@dataclass(frozen=True)
class Inputs:
    """The three together.

    Attributes
    ----------
    copies : takes that training left out as copies, and ``copiers``, who gave nothing else, or
        nothing that shows a face to a model that looks: they are no part of the corpus.
    left_out : media ids of takes that training left out, as copies or without a face; None of
        folders of old, which do not say.
    """

    model: FrozenModel
    corpus: Corpus
    queries: Queries
    copies: int = 0
    copiers: tuple[str, ...] = ()
    left_out: tuple[str, ...] | None = None


def read(
    path: Path,
    digest: str,
    mix: Mapping[str, float] | None = None,
    names: Mapping[str, str] | None = None,
) -> Inputs:
    """Read a model folder's ``frozen.npz`` (or the file itself).

    Parameters
    ----------
    digest : the model's.
    mix : emotion → how much of the real usage it makes up; without it every take counts alike.
    names : pseudonym → handle; what is no pseudonym is a handle, as in folders of old.

    Raises
    ------
    NotFound : no such file. BadInput : its arrays do not fit together, or an unknown emotion.
    """
    path = path / FILE if path.is_dir() else path
    arrays = _arrays(path)
    labels = arrays["labels"].astype(str)
    performers, owner = np.unique(_handles(arrays["performer"], names), return_inverse=True)
    left = np.concatenate([_handles(arrays[name], names) for name in ("copier", "unseen_of")])
    copiers = np.setdiff1d(left, performers)
    corpus = Corpus(
        takes=tuple(map(str, arrays["take"])),
        performers=tuple(map(str, performers)),
        owner=owner.astype(np.int64),
        labels=tuple(map(str, labels)),
        label=arrays["label"].astype(np.int64),
        heard=arrays["target"].astype(np.float64) if "target" in arrays else None,
    )
    embedding = arrays["embedding"].astype(np.float64)
    fold = arrays["fold"].astype(np.int64)
    _check(path, corpus, embedding, fold)
    queries = ask(corpus, fold, mix)
    left_out = None
    if "copy" in arrays:
        left_out = tuple(map(str, (*arrays["copy"], *arrays["unseen"])))
    if made := through.read(arrays, corpus.performers, names or {}):
        corpus, queries, embedding = _beside(corpus, queries, embedding, made)
    model = FrozenModel(digest, embedding, path.parent)
    return Inputs(model, corpus, queries, len(arrays["copier"]), tuple(map(str, copiers)), left_out)


def _beside(
    corpus: Corpus, queries: Queries, embedding: Floats, made: through.MadeTakes
) -> tuple[Corpus, Queries, Floats]:
    """Return them with synthetic takes as the last ones: they teach, and are asked about never.

    Raises
    ------
    BadInput : they are taught beside what raters heard.
    """
    if corpus.heard is not None:
        raise BadInput("Nobody has rated a synthetic take", where=FILE)
    many, sources = len(made.takes), made.through.batches
    folds = np.arange(len(embedding))[:, None]
    players = tuple(f"synthetic {batch[:12]} {n}" for n, batch in enumerate(sources))
    return (
        Corpus(
            takes=(*corpus.takes, *made.takes),
            performers=(*corpus.performers, *players),
            owner=np.concatenate([corpus.owner, made.owner]),
            labels=corpus.labels,
            label=np.concatenate([corpus.label, made.label]),
            through=made.through,
        ),
        Queries(
            fold=np.concatenate([queries.fold, np.full(many, NEVER)]),
            weight=np.concatenate([queries.weight, np.zeros(many)]),
            into=np.concatenate([queries.fold != folds, made.into], axis=1),
        ),
        np.concatenate([embedding, made.embedding], axis=1),
    )


def _handles(told: NDArray[np.generic], names: Mapping[str, str] | None) -> NDArray[np.str_]:
    """Return handles for what a folder calls performers."""
    known = [(names or {}).get(who, who) for who in told.astype(str).ravel().tolist()]
    return np.array(known, dtype=str)


def labels_of(path: Path) -> tuple[str, ...]:
    """Return the emotions that a model's folder knows.

    Raises
    ------
    NotFound, BadInput : as for ``read``.
    """
    return tuple(map(str, _arrays(path / FILE if path.is_dir() else path)["labels"]))


def ask(corpus: Corpus, fold: Ints, mix: Mapping[str, float] | None = None) -> Queries:
    """Weigh the takes as queries: every performer counts as much as another.

    Raises
    ------
    BadInput : the mix names an unknown emotion, or a weight is negative, or nothing is left.
    """
    usage = _usage(corpus.labels, mix)
    weight = np.ones(len(corpus.takes))
    if usage is not None:
        count = np.zeros((len(corpus.performers), len(corpus.labels)))
        np.add.at(count, (corpus.owner, corpus.label), 1.0)
        weight = usage[corpus.label] / count[corpus.owner, corpus.label]
    whole = np.bincount(corpus.owner, weight, len(corpus.performers))[corpus.owner]
    return Queries(fold, np.divide(weight, whole, out=np.zeros_like(weight), where=whole > 0))


def mix(given: Inputs) -> dict[str, int]:
    """Return what was asked about: emotion → parts per billion of all queries."""
    corpus, weight = given.corpus, given.queries.weight
    asked = np.bincount(corpus.label, weight, len(corpus.labels))
    whole = float(asked.sum())
    parts = np.rint(asked / whole * 1e9).astype(int).tolist() if whole > 0 else [0] * len(asked)
    return dict(zip(corpus.labels, parts, strict=True))


def _usage(labels: tuple[str, ...], mix: Mapping[str, float] | None) -> Floats | None:
    if mix is None:
        return None
    unknown = sorted(set(mix) - set(labels))
    if unknown:
        known = ", ".join(labels)
        raise BadInput(f"No such emotion: {unknown[0]!r}", where="usage mix", remedy=f"Of {known}.")
    usage = np.array([float(mix.get(name, 0)) for name in labels])
    if not np.isfinite(usage).all() or (usage < 0).any() or not usage.sum() > 0:
        raise BadInput("A usage mix needs weights of zero or more, and one above", where="mix")
    return usage


def _arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    names = ("take", "performer", "label", "labels", "fold", "embedding")
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in names}
            # Folders of old do not say what was left out: nothing was.
            for name in ("copier", "unseen_of", "unseen"):
                found[name] = arrays[name] if name in arrays else np.empty(0, str)
            # The one only of a model that was taught what raters heard.
            found |= {name: arrays[name] for name in ("target", "copy") if name in arrays}
            if "made_take" in arrays:
                found |= {name: arrays[name] for name in through.NAMES if name in arrays}
    except FileNotFoundError as fault:
        raise NotFound(
            "No frozen features here", where=str(path), remedy="Train with this Yes-And first."
        ) from fault
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as fault:
        raise BadInput(f"Not frozen features: {fault}", where=str(path)) from fault
    return found


def _distributed(corpus: Corpus) -> bool:
    if corpus.heard is None:
        return True
    fits = corpus.heard.shape == (len(corpus.takes), len(corpus.labels))
    return fits and bool((corpus.heard >= 0).all() and np.allclose(corpus.heard.sum(1), 1))


def _check(path: Path, corpus: Corpus, embedding: Floats, fold: Ints) -> None:
    count = len(corpus.takes)
    lengths = {len(corpus.owner), len(corpus.label), len(fold), *embedding.shape[1:2]}
    if embedding.ndim != 3 or lengths != {count} or not count:
        raise BadInput("Frozen features whose arrays differ in length", where=str(path))
    held = set(zip(corpus.owner.tolist(), fold.tolist(), strict=True))
    rules = {
        "a label is out of range": bool(
            ((corpus.label >= 0) & (corpus.label < len(corpus.labels))).all()
        ),
        "a fold is out of range": bool(((fold >= 0) & (fold < len(embedding))).all()),
        "what raters heard is no distribution": _distributed(corpus),
        "an embedding is not finite": bool(np.isfinite(embedding).all()),
        "a performer is held out in two folds": len(held) == len(corpus.performers),
    }
    broken = [fault for fault, holds in rules.items() if not holds]
    if broken:
        raise BadInput(f"Frozen features that do not fit: {broken[0]}", where=str(path))
