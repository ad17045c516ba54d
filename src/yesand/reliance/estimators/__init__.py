"""The registry of estimators: one module each; to add one, write it and name it in ``_HOME``.

An estimator is a frozen dataclass of settings with an ``estimate``; see ``Estimator``.
"""

from __future__ import annotations

from dataclasses import fields
from importlib import import_module
from typing import Any, ClassVar, Protocol, cast

from yesand.kernel.errors import BadInput, NotFound
from yesand.kernel.progress import Progress, silent
from yesand.reliance.inputs import Corpus, FrozenModel, Queries
from yesand.reliance.report import RelianceReport

DEFAULT = "aumann-shapley"
# Loaded when asked for: estimators need PyTorch, the registry that reads reports does not.
_HOME = {
    "aumann-shapley": "yesand.reliance.estimators.aumann_shapley:AumannShapley",
    "datamodel": "yesand.reliance.estimators.datamodel:Datamodel",
    "leave-one-out": "yesand.reliance.estimators.leave_one_out:LeaveOneOut",
    "in-run": "yesand.reliance.estimators.in_run:InRun",
    "metagradient": "yesand.reliance.estimators.metagradient:Metagradient",
    "shapley": "yesand.reliance.estimators.shapley:Shapley",
}


class Estimator(Protocol):
    """Estimates how much a model relies on each performer of its corpus, on these queries."""

    name: ClassVar[str]
    #: Changes with every change that may change a figure.
    version: ClassVar[str]

    def settings(self) -> dict[str, Any]:
        """Return everything that decides the outcome, as JSON."""
        ...

    def estimate(
        self, model: FrozenModel, corpus: Corpus, queries: Queries, progress: Progress = silent
    ) -> RelianceReport:
        """Return the report; bad luck makes it say ``sets_shares=False``, never fail."""
        ...


def names() -> tuple[str, ...]:
    """Return the names of all estimators."""
    return tuple(_HOME)


def estimator(name: str = DEFAULT, **settings: Any) -> Estimator:
    """Return the estimator of that name with these settings.

    Raises
    ------
    NotFound : no such estimator. BadInput : it has no such setting.
    """
    if name not in _HOME:
        raise NotFound(
            f"No estimator called {name!r}", where="reliance", remedy=f"Of {', '.join(_HOME)}."
        )
    module, _, made = _HOME[name].partition(":")
    kind = getattr(import_module(module), made)
    unknown = set(settings) - {f.name for f in fields(kind)}
    if unknown:
        raise BadInput(f"{name} has no setting {sorted(unknown)[0]!r}", where="reliance")
    return cast(Estimator, kind(**settings))
