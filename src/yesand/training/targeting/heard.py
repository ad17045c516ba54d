"""What a take is taught as: what was acted, or what raters heard, a distribution.

Of a distribution a model learns also what a take is partly heard as. What was acted stays what it
is scored against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from yesand.kernel.errors import BadInput

Floats = NDArray[np.float64]

ACTED, HEARD = "acted", "heard"
#: A take with fewer raters (effectively, Kish 1965) is taught as what was acted: two who differ
#: tell hardly more than that people differ.
LEAST = 3.0
#: Nor is a take of which more than this was heard as what the model has no word for.
OUTSIDE = 0.5


@dataclass(frozen=True)
class Perceived:
    """What raters heard in a take.

    Attributes
    ----------
    shares : emotion → share of it, in words that the model may know; they add up to one.
    outside : what was heard as something else, before the rest was scaled up.
    raters : effective number of raters.
    space : in which they rated. into : in which the shares are. lost : bits lost on the way.
    """

    shares: Mapping[str, float]
    outside: float
    raters: float
    space: str
    into: str
    lost: float


class Taken(Protocol):
    """As much of an example as is asked for here."""

    @property
    def emotion(self) -> str: ...
    @property
    def heard(self) -> Perceived | None: ...


def checked(name: str) -> str:
    """Return the name of what is taught.

    Raises
    ------
    BadInput : there is no such.
    """
    if name not in (ACTED, HEARD):
        raise BadInput(f"No such targets: {name[:40]!r}", remedy=f"Of {ACTED}, {HEARD}.")
    return name


def softly(one: Taken) -> bool:
    """Tell whether a take is taught as what was heard."""
    return one.heard is not None and one.heard.raters >= LEAST and one.heard.outside <= OUTSIDE


def targets(examples: Sequence[Taken], labels: Sequence[str]) -> Floats:
    """Return what each take is taught as, (takes, labels); rows add up to one."""
    place = {name: n for n, name in enumerate(labels)}
    made = np.zeros((len(examples), len(labels)))
    for row, one in zip(made, examples, strict=True):
        known = dict[str, float]()
        if softly(one) and one.heard is not None:
            known = {name: x for name, x in one.heard.shares.items() if name in place and x > 0}
        # Takes may go, and with them a word that some others were heard as.
        for name, share in (known or {one.emotion: 1.0}).items():
            row[place[name]] += share
    whole: Floats = made / made.sum(axis=1, keepdims=True)
    return whole


def summary(examples: Sequence[Taken]) -> dict[str, Any]:
    """Return how many takes are taught as what, by how many raters; it names nobody.

    Raises
    ------
    BadInput : none is taught as what was heard.
    """
    told = [one.heard for one in examples if softly(one) and one.heard is not None]
    if not told:
        raise BadInput(
            f"No take here was rated by {LEAST:g} or more, in words that the model knows",
            where="--targets heard",
            remedy="Gather ratings (docs/affect.md), or train on what was acted.",
        )
    raters = [one.raters for one in told]
    return {
        "heard": len(told),
        "acted": len(examples) - len(told),
        "least_raters": LEAST,
        "raters": {"mean": round(float(np.mean(raters)), 2), "least": round(min(raters), 2)},
        "outside": round(float(np.mean([one.outside for one in told])), 4),
        "space": told[0].space,
        "into": told[0].into,
        "bits_lost": round(told[0].lost, 4),
    }
