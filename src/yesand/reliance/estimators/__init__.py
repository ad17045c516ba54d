"""The registry of estimators: one module each; to add one, write it and name it in ``_HOME``.

An estimator is a frozen dataclass of settings with an ``estimate``; see ``Estimator``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from importlib import import_module
from math import isfinite
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
    "influence": "yesand.reliance.estimators.ranking:Influence",
    "dattri-ekfac": "yesand.reliance.estimators.ranking:Dattri",
    "traker-trak": "yesand.reliance.estimators.ranking:Traker",
    "kronfluence-ekfac": "yesand.reliance.estimators.ranking:Kronfluence",
    "in-run": "yesand.reliance.estimators.in_run:InRun",
    "metagradient": "yesand.reliance.estimators.metagradient:Metagradient",
    "recorded": "yesand.reliance.estimators.recorded:Recorded",
    "shapley": "yesand.reliance.estimators.shapley:Shapley",
}

_AT_LEAST_ONE = {
    "resamples",
    "seeds",
    "max_seeds",
    "epochs",
    "batch",
    "pairs",
    "stride",
    "every",
    "dealt",
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
    NotFound : no such estimator. BadInput : it has no such setting, or not with such a value.
    """
    if name not in _HOME:
        raise NotFound(
            f"No estimator called {name!r}", where="reliance", remedy=f"Of {', '.join(_HOME)}."
        )
    module, _, made = _HOME[name].partition(":")
    kind = getattr(import_module(module), made)
    checked_settings(kind, settings)
    return cast(Estimator, kind(**settings))


def checked_settings(kind: Any, settings: Mapping[str, Any]) -> None:
    """Check settings against an estimator's fields.

    Raises
    ------
    BadInput : it has no such setting, or not with such a value.
    """
    plain = (str, int, float, type(None))
    usual = {f.name: f.default for f in fields(kind) if isinstance(f.default, plain)}
    unknown = set(settings) - set(usual)
    if unknown:
        raise BadInput(
            f"{kind.name} has no setting {sorted(unknown)[0]!r}",
            where="reliance",
            remedy=f"It has {', '.join(sorted(usual))}.",
        )
    for setting, value in settings.items():
        _check(setting, value, usual[setting])


def _check(setting: str, value: Any, usual: Any) -> None:
    """Refuse a value that is not of the usual one's kind, or too small.

    Raises
    ------
    BadInput : it is.
    """
    least = int(setting in _AT_LEAST_ONE)
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)
    kinds: dict[type, tuple[bool, str]] = {
        str: (isinstance(value, str), f"a word, such as {usual}"),
        bool: (isinstance(value, bool), "true or false"),
        int: (number and isinstance(value, int), f"a whole number from {least} up"),
        float: (number, f"a number from {least} up"),
        type(None): (number or value is None, f"a number from {least} up"),
    }
    fits, kind = kinds[type(usual)]
    if not fits or (number and value < least):
        raise BadInput(f"{setting} is {value!r}", where="reliance", remedy=f"Give {kind}.")
    if setting == "l2" and value == 0:  # without a penalty no head is the only best
        raise BadInput("l2 is 0", where="reliance", remedy="Give a number above 0, such as 10.")
