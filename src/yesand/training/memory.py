"""When memory lacks: fewer models at a time, which changes nothing; then smaller batches, and so
told.

A batch cannot be added up from smaller ones here: batch normalisation (Ioffe & Szegedy 2015) sees
all of it at once, so that a run with smaller batches is another run. It is then, from its first
step on, the run that those batches would give if they were asked for, so that what comes out
depends on how much memory there was by one number, and that number is in the record.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import torch
from torch import Tensor

from yesand.affect.sharded import Sharded
from yesand.affect.voice_model import VoiceModel
from yesand.training.errors import OutOfMemory
from yesand.training.examples import Settings

#: What PyTorch on a CPU, oneDNN and the system say when memory lacks: in words alone.
_LACKS = (
    "allocate memory",
    "not enough memory",
    "out of memory",
    "could not create a primitive",
    "bad_alloc",
    "can't start new thread",
)
#: Normalisation over fewer takes than these is none.
LEAST = 2
#: Windows that are embedded at once.
WINDOWS = 128

_Given = TypeVar("_Given", bound=Settings)
_Made = TypeVar("_Made")


def exhausted(fault: BaseException) -> bool:
    """Tell whether memory is what lacked."""
    named = isinstance(fault, MemoryError | torch.OutOfMemoryError)
    return named or (isinstance(fault, RuntimeError) and any(w in str(fault) for w in _LACKS))


@dataclass(eq=False)
class Room:
    """How much is done at once, and what of it went down.

    Attributes
    ----------
    notes : what the record says of it; empty where memory sufficed.
    """

    side: int
    say: Callable[[str], None]
    notes: dict[str, int] = field(default_factory=dict)

    def train(
        self, settings: _Given, train: Callable[[_Given, int], _Made]
    ) -> tuple[_Made, _Given]:
        """Return what is trained by ``train(settings, models at a time)``, and by which settings.

        Raises
        ------
        OutOfMemory : not even two takes at a time fit.
        """
        asked = settings.recipe.batch
        while True:
            try:
                return train(settings, self.side), settings
            except (MemoryError, RuntimeError) as fault:
                if not exhausted(fault):
                    raise
            # The error and the jobs that it came from hold one another, and all that they had.
            gc.collect()
            settings = self._smaller(settings)
            if settings.recipe.batch < asked:
                self.notes["batch_asked"] = asked

    def _smaller(self, settings: _Given) -> _Given:
        batch = settings.recipe.batch
        if self.side > 1:
            self.say(f"Memory ran out with {self.side} models at a time: going on with one.")
            self.side = 1
            return settings
        if batch <= LEAST:
            raise OutOfMemory(
                f"Memory does not even suffice for batches of {batch} takes",
                where="training",
                remedy="Free some memory and run the same again: it goes on where it stopped.",
            )
        less = max(LEAST, batch // 2)
        self.say(f"Memory ran out with batches of {batch} takes: beginning anew with {less}.")
        return replace(settings, recipe=replace(settings.recipe, batch=less))

    def embed(self, model: VoiceModel | Sharded, pack: Any) -> Tensor:
        """Return the embedding of all takes, (takes, d), from as many windows at once as fit.

        Raises
        ------
        OutOfMemory : not even one window fits.
        """
        while True:
            size = self.notes.get("embedded_at_once", WINDOWS)
            try:
                return model.embed(pack, batch=size)
            except (MemoryError, RuntimeError) as fault:
                if not exhausted(fault):
                    raise
            if size == 1:
                raise OutOfMemory(
                    "Memory does not even suffice for one window",
                    where="embedding",
                    remedy="Free some memory and run the same again: what is trained is kept.",
                )
            self.notes["embedded_at_once"] = size // 2
            self.say(f"Memory ran out with {size} windows at once: going on with {size // 2}.")


def as_asked(run: Mapping[str, Any]) -> Any:
    """Return the settings that a run was asked for, as plain JSON, from its record."""
    settings, asked = run.get("settings"), (run.get("memory") or {}).get("batch_asked")
    if asked is None or not isinstance(settings, dict):
        return settings
    return {**settings, "recipe": {**settings["recipe"], "batch": asked}}
