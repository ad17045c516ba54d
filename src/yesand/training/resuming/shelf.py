"""The shelf of trainings under way: ``<shelf>/<digest of what is trained>/<model>.safetensors``.

A file holds a model with its moving average, the optimiser's moments, the generator's state and the
order of what is still to be shown (``affect.standing``): numbers, and no code. What was learned of
takes is in it, so it goes with them: a run's folder is deleted when the run is done, and when a
take of its manifest may no longer be used (``services.sweep``).
"""

from __future__ import annotations

import json
import platform
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from yesand.affect.standing import State
from yesand.kernel import durable
from yesand.kernel.ids import digest_of

FORMAT = "yes-and checkpoint 1"
#: Says of which manifest a run is, and where its model is to lie.
ABOUT = "run.json"
#: Seconds between two states of a model that are kept, and what part of the time that may cost.
EVERY, COST = 15.0, 0.01

Say = Callable[[str], None]


def unheard(line: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, eq=False)
class Shelf:
    """Where trainings under way are kept.

    Attributes
    ----------
    fresh : what is kept of a run is thrown away before it begins.
    every : seconds between two states of one model. cost : what part of the time they may cost;
        on a slow disk they are further apart.
    say : told in a line what was found, and what was thrown away.
    """

    folder: Path
    fresh: bool = False
    every: float = EVERY
    cost: float = COST
    say: Say = unheard

    def open(self, trained: Mapping[str, Any], manifest: str, out: Path) -> Course:
        """Return what is kept of the run that trains exactly this.

        Parameters
        ----------
        trained : everything that the weights depend on, as plain JSON.
        """
        key = digest_of({**trained, "machine": _machine(), "manifest": manifest})
        course = Course(self.folder / key, key, manifest, out, (self.every, self.cost), self.say)
        if self.fresh and course.folder.exists():
            course.drop()
            self.say("What was kept of this run was thrown away; it begins anew.")
        return course


def _machine() -> list[str]:
    """Return what else decides the last bits of a sum."""
    return [platform.machine(), torch.backends.cpu.get_cpu_capability()]


@dataclass(frozen=True, eq=False)
class Course:
    """What is kept of one run."""

    folder: Path
    key: str
    manifest: str
    out: Path
    pace: tuple[float, float]
    say: Say

    def store(self, name: str, met: Callable[[int], None] = lambda step: None) -> Kept:
        """Return where one of the run's models is kept.

        Parameters
        ----------
        met : told how many of its steps are made already.
        """
        return Kept(self, name, met)

    def drop(self) -> None:
        """Delete everything that is kept of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def begin(self) -> None:
        """Write down what is kept here, so that whoever tidies up knows."""
        if not (self.folder / ABOUT).exists():
            told = {"format": FORMAT, "manifest": self.manifest, "out": str(self.out)}
            durable.write(self.folder / ABOUT, json.dumps(told, indent=2).encode() + b"\n")


@dataclass(eq=False)
class Kept:
    """Where one model of a run stands; fits ``affect.standing.Store``."""

    course: Course
    name: str
    met: Callable[[int], None]
    _last: float = field(default_factory=time.monotonic)
    _cost: float = 0.0

    @property
    def path(self) -> Path:
        """Return its file."""
        return self.course.folder / f"{self.name}.safetensors"

    def found(self) -> tuple[int, State] | None:
        """Return the step and the state; one that is damaged or foreign is thrown away."""
        if not self.path.exists():
            return None
        try:
            step, state = _read(self.path, self.course.key)
        except (SafetensorError, OSError, ValueError, KeyError, TypeError) as fault:
            self.refuse(str(fault).splitlines()[0][:120] or type(fault).__name__)
            return None
        self.met(step)
        self.course.say(f"{self.name}: goes on after step {step:,}.")
        return step, state

    def refuse(self, why: str) -> None:
        """Throw it away."""
        with suppress(OSError):
            self.path.unlink()
        self.met(0)
        self.course.say(f"{self.name}: its checkpoint was thrown away ({why}); it begins anew.")

    def due(self) -> bool:
        """Tell whether enough time went by."""
        every, cost = self.course.pace
        return time.monotonic() - self._last >= max(every, self._cost / cost)

    def keep(self, step: int, state: State) -> None:
        """Write the state durably in place of the one before; a full disk stops no training."""
        began = time.monotonic()
        about = {"format": FORMAT, "run": self.course.key, "step": str(step)}
        try:
            self.course.begin()
            durable.write(self.path, save(state, {**about, "digest": _digest(state, step)}))
        except durable.CannotWrite as fault:
            self.course.say(f"{self.name}: no checkpoint could be kept. {fault.sentence()}")
        self._last = time.monotonic()
        self._cost = self._last - began


def _read(path: Path, key: str) -> tuple[int, State]:
    with safe_open(path, "pt") as file:
        about = file.metadata() or {}
        if about.get("format") != FORMAT or about.get("run") != key:
            raise ValueError("it is of another run")
        state = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    step = int(about["step"])
    if about["digest"] != _digest(state, step):
        raise ValueError("it is damaged")
    return step, state


def _digest(state: State, step: int) -> str:
    found = sha256(f"{step}\n".encode())
    for name in sorted(state):
        value = state[name]
        found.update(f"{name} {value.dtype} {tuple(value.shape)}\n".encode())
        found.update(value.contiguous().numpy().tobytes())
    return found.hexdigest()
