"""Following models that train side by side: how far they are, their loss, and what remains."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait

from yesand.affect.curves import Curve
from yesand.affect.voice_model import VoiceModel
from yesand.kernel.progress import Progress

#: How often in a run it is asked whether its takes may still be used.
CHECKPOINTS = 20


class Stopped(Exception):
    """The run was broken off; the models under way need not be finished."""


class Work:
    """Steps done by all threads together, and whether more may be done."""

    def __init__(self, still_holds: Callable[[], None]) -> None:
        self._lock, self.still_holds = threading.Lock(), still_holds
        #: The model of all takes, as far as it is.
        self.final: VoiceModel | None = None
        self.begin(0)

    def begin(self, whole: int, curves: Sequence[Curve] = ()) -> None:
        """Begin, or begin again, with so many steps before it."""
        self.whole, self.done, self._due, self._met = whole, 0, 0, 0
        self.stop, self._began, self._curves = threading.Event(), time.monotonic(), curves

    def check(self) -> None:
        """Ask at each checkpoint, from the thread that may read the registry."""
        if self.done >= self._due:
            self._due = self.done + max(1, self.whole // CHECKPOINTS)
            self.still_holds()

    def met(self, steps: int) -> None:
        """Count steps that an earlier run made."""
        with self._lock:
            self.done += steps
            self._met += steps

    def of_the_final(self, model: VoiceModel) -> None:
        """Count a step of the model of all takes."""
        self.final = model
        self.step(model)

    def step(self, _: VoiceModel) -> None:
        """Count a step; end the thread if the run was broken off."""
        with self._lock:
            self.done += 1
        if self.stop.is_set():
            raise Stopped

    @property
    def note(self) -> str:
        """What is under way, in a few words."""
        known = [curve.latest for curve in self._curves]
        losses = [loss for loss in known if loss is not None]
        made, took = self.done - self._met, time.monotonic() - self._began
        if not losses or not made:
            return "training"
        left = took / made * (self.whole - self.done)
        return f"training, loss {sum(losses) / len(losses):.3f}, {remaining(left)}"


def remaining(seconds: float) -> str:
    """Return about how long something takes still.

    >>> remaining(40), remaining(100), remaining(3 * 3600)
    ('less than a minute left', 'about 2 min left', 'about 3.0 h left')
    """
    if seconds < 60:
        return "less than a minute left"
    if seconds < 7200:
        return f"about {seconds / 60:.0f} min left"
    return f"about {seconds / 3600:.1f} h left"


def follow(jobs: Sequence[Future[VoiceModel]], work: Work, progress: Progress) -> None:
    """Tell how far all is until all is done, or one failed: its error is raised."""
    pending = set(jobs)
    while pending:
        progress(min(work.done, work.whole), work.whole, work.note)
        work.check()
        finished, pending = wait(pending, timeout=0.25, return_when=FIRST_EXCEPTION)
        for job in finished:
            job.result()
    work.still_holds()
    progress(work.whole, work.whole, "training")
