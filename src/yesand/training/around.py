"""What surrounds a training, whatever is trained: handed on as one by who only listens in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yesand.affect.dimensions.said import Said
from yesand.affect.evaluating import Known
from yesand.affect.listening import Kept
from yesand.kernel.progress import Progress, silent
from yesand.takes.copies.finding import Copy
from yesand.training.made import NOTHING, Added
from yesand.training.recording import Recorder
from yesand.training.resuming.shelf import Say, Shelf, unheard


@dataclass(frozen=True, eq=False)
class Around:
    """Where a run reads and is told of; none of it changes the emotions that it answers.

    Attributes
    ----------
    cache : what was heard of the takes before.
    ready : told of the finished folder, and its record, before it is put in place.
    still_holds : asked again and again while training; raises ``Overtaken`` once a take may no
        longer be used.
    recorder : watches the folds' models, at a cost in time and none in what is trained.
    copies : takes that are copies of others among the examples (``takes.copies``). They are left
        out, so that the same performance counts once; the record says which, and of what.
    workers : processes that hear the takes (``listening.extract``); training has threads.
    known : groups of the takes, and what raters heard in them, to be scored beside.
    known_alone : the same of raters who were given the voice or the face alone, by that.
    shelf : where it is kept how far the models are, so that a run that is broken off goes on; a
        convex head needs none.
    say : told in a line what a person should know of the run.
    rated : what raters said of the takes on axes; none: nothing is read out of the model.
    added : synthetic takes that are taught beside the examples.
    """

    cache: Kept | None = None
    progress: Progress = silent
    ready: Callable[[Path, Any], None] = lambda folder, record: None
    still_holds: Callable[[], None] = lambda: None
    recorder: Recorder | None = None
    copies: Sequence[Copy] = ()
    workers: int = 1
    known: Known | None = None
    known_alone: Mapping[str, Known] = field(default_factory=dict)
    shelf: Shelf | None = None
    say: Say = unheard
    rated: Sequence[Said] | None = None
    added: Added = NOTHING


#: Nothing is kept, told or asked.
ALONE = Around()
