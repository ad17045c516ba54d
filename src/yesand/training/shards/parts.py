"""Training the parts of a network, side by side, and taking over those that are known already."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from yesand.affect.frames import Pack
from yesand.affect.learning import Recipe, fit
from yesand.affect.voice_model import Shape, VoiceModel, build
from yesand.training.around import Around
from yesand.training.runs import cores, steady
from yesand.training.shards.planning import Plan

State = dict[str, Tensor]


@dataclass(frozen=True, eq=False)
class Lesson:
    """What all parts are taught from.

    Attributes
    ----------
    label : (N,) of every take of the pack. names : (fold, part) → what names its training.
    """

    pack: Pack
    label: Tensor
    classes: int
    recipe: Recipe
    shape: Shape
    plan: Plan
    names: Mapping[tuple[int, int], str]


class _Stopped(Exception):
    """The run was broken off; parts under way need not be finished."""


def teach(
    lesson: Lesson,
    known: Mapping[str, State],
    around: Around,
) -> dict[str, VoiceModel]:
    """Return every part by what names its training; those that are known are not trained.

    Parameters
    ----------
    known : name → weights, of an earlier run.
    """
    wanted = {name: place for place, name in lesson.names.items()}
    found = {name: _of(lesson, known[name]) for name in wanted if name in known}
    missing = [name for name in wanted if name not in found]
    stop = threading.Event()

    def heard(_: Any) -> None:
        if stop.is_set():
            raise _Stopped

    def job(name: str) -> VoiceModel:
        torch.set_num_threads(1)
        takes = torch.from_numpy(lesson.plan.taught(*wanted[name]))
        return fit(
            lesson.pack, takes, lesson.label, lesson.classes, lesson.recipe, lesson.shape, heard
        )

    with steady(), ThreadPoolExecutor(cores()) as pool:
        try:
            jobs: dict[Future[VoiceModel], str] = {pool.submit(job, n): n for n in missing}
            pending = set(jobs)
            while pending:
                around.progress(len(jobs) - len(pending), len(jobs), "training")
                around.still_holds()
                done, pending = wait(pending, timeout=1.0, return_when=FIRST_COMPLETED)
                found |= {jobs[one]: one.result() for one in done}
            around.still_holds()
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
    around.progress(len(missing), len(missing), "training")
    return found


def _of(lesson: Lesson, weights: State) -> VoiceModel:
    model = build(lesson.classes, lesson.shape, lesson.recipe.seed)
    model.load_state_dict(weights)
    return model.eval()
