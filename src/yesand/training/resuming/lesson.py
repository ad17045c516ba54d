"""What a run's models are taught, in the folds' order, and what is written down of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from yesand.affect import listening
from yesand.affect.curves import Curve
from yesand.affect.frames import Pack
from yesand.affect.standing import Logbook
from yesand.kernel.ids import digest
from yesand.training.around import Around
from yesand.training.examples import Example, Settings, versions
from yesand.training.following import Work
from yesand.training.resuming.shelf import Course

Ints = NDArray[np.int64]


@dataclass(eq=False)
class Unfinished:
    """What a shelf keeps of a run, under each of the settings that it was tried by."""

    around: Around
    examples: Sequence[Example]
    manifest: str
    out: Path
    _courses: dict[int, Course] = field(default_factory=dict)

    def course(self, settings: Settings, about: Mapping[str, Any]) -> Course | None:
        """Return where the run is kept, if it is.

        Parameters
        ----------
        about : what else the weights depend on, as plain JSON.
        """
        batch, shelf = settings.recipe.batch, self.around.shelf
        if shelf is not None and batch not in self._courses:
            trained = {**about, "settings": settings.as_json(), "features": listening.VERSION}
            takes = [[e.sha256, e.performer, e.emotion] for e in self.examples]
            trained |= {"takes": takes, "versions": versions()}
            self._courses[batch] = shelf.open(trained, self.manifest, self.out)
        return self._courses.get(batch)

    def forget(self) -> None:
        """Delete it all."""
        for course in self._courses.values():
            course.drop()


@dataclass(eq=False)
class Lesson:
    """The takes of a run, laid out by folds.

    Attributes
    ----------
    label, fold : (takes,) what was acted, and the fold in which each is held out.
    """

    pack: Pack
    label: Ints
    labels: Sequence[str]
    fold: Ints
    kept: Unfinished
    #: What takes are taught as, (takes, labels), if that is not what was acted.
    soft: NDArray[np.float64] | None = None
    _books: list[Logbook] = field(default_factory=list)

    @property
    def folds(self) -> int:
        """How many folds there are; the model of all takes comes after theirs."""
        return int(self.fold.max()) + 1

    @cached_property
    def parts(self) -> list[Ints]:
        """The takes that each fold's model learns from, and last all of them."""
        parts = [np.flatnonzero(self.fold != k) for k in range(self.folds)]
        return [*parts, np.arange(len(self.fold))]

    def logbooks(self, settings: Settings, work: Work, around: Around) -> list[Logbook]:
        """Return a logbook for each fold's model, and one for the model of all takes.

        A fold that is recorded begins anew: what its recorder saw is not kept.
        """
        about: dict[str, Any] = {"labels": list(self.labels), "fold": self.fold.tolist()}
        if self.soft is not None:
            about["targets"] = digest(self.soft.tobytes())
        course = self.kept.course(settings, about)
        if around.recorder and course and course.folder.exists():
            course.say("Folds that are recorded begin anew; only the model of all takes goes on.")
        books = list[Logbook]()
        for k, part in enumerate(self.parts):
            last = k == self.folds
            steps, batch = settings.recipe.steps(len(part)), settings.recipe.batch
            asked = None if last else torch.from_numpy(np.flatnonzero(self.fold == k))
            curve = Curve(steps, batch, self.pack, asked, torch.from_numpy(self.label))
            kept = course.store(_name(k, self.folds), work.met) if course else None
            books.append(Logbook(curve, kept if last or not around.recorder else None))
        self._books = books
        return books

    def curves(self) -> dict[str, Any]:
        """Return how the last training of each went, as plain JSON."""
        told = [book.curve.as_json() for book in self._books if book.curve]
        return {"folds": {str(k): one for k, one in enumerate(told[:-1])}, "final": told[-1]}


def _name(k: int, folds: int) -> str:
    return "final" if k == folds else f"fold-{k}"
