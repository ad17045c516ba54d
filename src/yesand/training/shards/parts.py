"""Training the parts of a network, side by side, and taking over those that are known already."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import torch
from torch import Tensor

from yesand.affect.curves import Curve
from yesand.affect.frames import Pack
from yesand.affect.learning import Recipe, fit
from yesand.affect.standing import Logbook
from yesand.affect.voice_model import Shape, VoiceModel, build
from yesand.training.around import Around
from yesand.training.following import Work, follow
from yesand.training.resuming.shelf import Course
from yesand.training.runs import steady
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


def teach(
    lesson: Lesson,
    known: Mapping[str, State],
    around: Around,
    side: int,
    course: Course | None = None,
) -> tuple[dict[str, VoiceModel], dict[str, Curve]]:
    """Return every part by what names its training, and how those went that were trained.

    Parameters
    ----------
    known : name → weights, of an earlier run: these are not trained.
    side : how many at a time. course : where it is kept how far each of them is.
    """
    found = {name: _of(lesson, known[name]) for name in lesson.names.values() if name in known}
    missing = {name: place for place, name in lesson.names.items() if name not in found}
    takes = {name: torch.from_numpy(lesson.plan.taught(*missing[name])) for name in missing}
    recipe = lesson.recipe
    curves = {name: Curve(recipe.steps(len(takes[name])), recipe.batch) for name in missing}
    work = Work(around.still_holds)
    work.begin(sum(curve.steps for curve in curves.values()), [*curves.values()])

    def job(name: str) -> VoiceModel:
        torch.set_num_threads(1)
        book = Logbook(curves[name], course.store(name, work.met) if course else None)
        told = (lesson.label, lesson.classes, recipe, lesson.shape)
        return fit(lesson.pack, takes[name], *told, work.step, None, book)

    with steady(), ThreadPoolExecutor(side) as pool:
        try:
            jobs = {name: pool.submit(job, name) for name in missing}
            follow([*jobs.values()], work, around.progress)
        finally:
            work.stop.set()
            pool.shutdown(cancel_futures=True)
    return found | {name: done.result() for name, done in jobs.items()}, curves


def _of(lesson: Lesson, weights: State) -> VoiceModel:
    model = build(lesson.classes, lesson.shape, lesson.recipe.seed)
    model.load_state_dict(weights)
    return model.eval()
