"""What the training itself recorded: in-run sums by performer, made while the model was trained.

The cheapest figure there is: nothing is trained again. It follows one run with one seed, so that it
tells how things stand from day to day, and sets no shares. What it adds up to is scaled to what the
model gains on voices that it never met (``yesand.reliance.inrun`` has the method and its limits).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar
from zipfile import BadZipFile

import numpy as np

from yesand.kernel.errors import BadInput
from yesand.kernel.progress import Progress, silent
from yesand.reliance.estimators.retraining import concluded
from yesand.reliance.inputs import Corpus, Floats, FrozenModel, Inputs, Ints, Queries
from yesand.reliance.inrun.errors import NothingRecorded
from yesand.reliance.panel import Panel
from yesand.reliance.report import NOTHING_BESIDE, RelianceReport
from yesand.training.recording import FILE

REASON = "One run's own record shows from day to day where things stand; one seed is not enough."


@dataclass(frozen=True, eq=False)
class Recording:
    """A training's record, its performers in the corpus's order.

    Attributes
    ----------
    moved : (asked, performers) what each brought to each who was not met, nats.
    likelihood : (takes,) of each take by the model that never met its performer, nats.
    about : how it was recorded.
    """

    moved: Floats
    likelihood: Floats
    about: dict[str, Any]


def read(folder: Path | None, corpus: Corpus) -> Recording:
    """Read what a training left in its model's folder.

    Raises
    ------
    NothingRecorded : it was not recorded. BadInput : the record is not of these takes.
    """
    path = (folder or Path()) / FILE
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            owner, moved = arrays["owner"].astype(np.int64), arrays["moved"].astype(np.float64)
            likelihood = arrays["likelihood"].astype(np.float64)
            about = json.loads(str(arrays["about"]))
    except FileNotFoundError as fault:
        raise NothingRecorded(
            "This model's training was not recorded",
            where=str(path),
            remedy="Train with `yesand train --record`, or take another estimator.",
        ) from fault
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as fault:
        raise BadInput(f"Not a training's record: {fault}", where=str(path)) from fault
    order = _order(path, owner, corpus)
    if moved.shape != 2 * (len(order),) or likelihood.shape != owner.shape:
        raise BadInput("A training's record that does not fit together", where=str(path))
    if not (np.isfinite(moved).all() and np.isfinite(likelihood).all()):
        raise BadInput("A training's record with a figure that is none", where=str(path))
    return Recording(moved[np.ix_(order, order)], likelihood, about)


def _order(path: Path, owner: Ints, corpus: Corpus) -> Ints:
    """Return the record's positions in the order of the corpus's performers.

    The record has no names: its performers are known by their takes.
    """
    pairs = set(zip(corpus.owner.tolist(), owner.tolist(), strict=False))
    count = len(corpus.performers)
    if len(owner) != len(corpus.owner) or len(pairs) != count:
        raise BadInput("The record is of other takes than the model's", where=str(path))
    found = dict(pairs)
    if sorted(found.values()) != list(range(count)):
        raise BadInput("The record is of other performers than the model's", where=str(path))
    return np.array([found[who] for who in range(count)], dtype=np.int64)


@dataclass(frozen=True)
class Recorded:
    """Settings: how often the bootstrap draws other performers to be asked, and its seed."""

    resamples: int = 200
    seed: int = 0

    name: ClassVar[str] = "recorded"
    version: ClassVar[str] = "1"

    def settings(self) -> dict[str, Any]:
        """Return everything that decides the outcome."""
        return asdict(self)

    def estimate(
        self, model: FrozenModel, corpus: Corpus, queries: Queries, progress: Progress = silent
    ) -> RelianceReport:
        """Return the report; it never sets shares.

        Raises
        ------
        NothingRecorded : the training was not recorded. BadInput : it was for other queries.
        """
        corpus.acted(self.name)
        inputs = Inputs(model, corpus, queries)
        recording = read(model.folder, corpus)
        _check_asked_alike(corpus, queries)
        panel = _panel(recording, corpus, queries)
        settings = {**self.settings(), **recording.about}
        found = concluded(self, inputs, panel, settings, 1.0, np.random.default_rng(self.seed))
        progress(1, 1, "read what training recorded")
        return replace(found, agreement=NOTHING_BESIDE).unpriced(REASON)


def _check_asked_alike(corpus: Corpus, queries: Queries) -> None:
    even = 1 / np.bincount(corpus.owner)[corpus.owner]
    if not np.allclose(queries.weight, even):
        raise BadInput(
            "The training was recorded with every take counting alike, not by this usage",
            where="usage mix",
            remedy="Leave the mix out, or take another estimator.",
        )


def _panel(recording: Recording, corpus: Corpus, queries: Queries) -> Panel:
    """Return the record as a panel whose effects add up to the gain."""
    count = len(corpus.performers)
    fold = np.zeros(count, dtype=np.int64)
    fold[corpus.owner] = queries.fold
    plays = fold[:, None] != fold[None, :]
    asked = np.flatnonzero(plays.any(1))
    likelihood = queries.weight * recording.likelihood
    whole = np.bincount(corpus.owner, likelihood, count)[asked].astype(np.float64)
    none = np.full(len(asked), -np.log(len(corpus.labels)))
    moved = np.where(plays, recording.moved, 0.0)[asked]
    panel = Panel(moved[None], np.zeros_like(moved), whole, none, plays[asked])
    if not len(asked):
        return panel
    gain, brought = np.subtract(*panel.utility()), panel.effects().sum()
    scale = gain / brought if brought > 0 and gain > 0 else 1.0
    return replace(panel, effect=panel.effect * scale)
