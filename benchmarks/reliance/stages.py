"""The benchmarks' stages by name, and how much truth each is given."""

from __future__ import annotations

from benchmarks.reliance import actors, performers
from benchmarks.reliance.scene import Stage
from benchmarks.reliance.truth import Plan

#: By name.
PLANS = {
    "smooth": Plan(orders=120),
    "rough": Plan(),
    "ravdess-mlp": Plan(orders=40),
    "ravdess-head": Plan(orders=40),
    "ravdess-conv": Plan(orders=120),
    "emodb-mlp": Plan(orders=40),
    "emodb-head": Plan(orders=40),
    "emodb-conv": Plan(orders=60),
}


def stage(name: str) -> Stage:
    """Return a stage.

    Raises
    ------
    Unavailable : its recordings are not here.
    """
    if name in {"smooth", "rough"}:
        course = performers.SMOOTH if name == "smooth" else performers.ROUGH
        return performers.stage(course, name)
    return actors.stage(*name.split("-"))
