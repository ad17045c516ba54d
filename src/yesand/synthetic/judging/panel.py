"""The panel: made takes judged in several spaces, each beside other real actors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from yesand.kernel.errors import BadInput
from yesand.synthetic.judging.measures import Measured, measured
from yesand.synthetic.judging.neighbours import Floats, Ints, Side, on_one_scale
from yesand.synthetic.judging.summing import nearer_than_themselves
from yesand.synthetic.judging.together import together
from yesand.synthetic.judging.usefulness import Useful, useful
from yesand.synthetic.judging.verdict import Finding, Seen, verdict

#: With fewer takes on a side no measure means anything.
LEAST = 20


@dataclass(frozen=True, eq=False)
class Case:
    """What is to be judged.

    Attributes
    ----------
    label, performer : of all takes, (N,); of a made take the performer is its parent's, or ''.
    parents, others, made : which takes each side has, (N,) of booleans; others are real, and of
        performers that no parent is of.
    spaces : features of all takes in each space, (N, d). names : of the labels.
    """

    label: Ints
    performer: Any
    parents: Any
    others: Any
    made: Any
    spaces: Mapping[str, Floats]
    names: Sequence[str]

    def side(self, space: str, which: Any) -> Side:
        """Return some takes in a space."""
        return Side(self.spaces[space][which], self.label[which], self.performer[which])


@dataclass(frozen=True, eq=False)
class Judged:
    """One space's rows.

    Attributes
    ----------
    made : measures of the made takes. real : the same of as many takes of other real actors.
    useful, beside : what a head learns from either. takes : how many were compared.
    nearer : the Fréchet distance to half of the parents by that of their other half, of the made
        takes and of other real actors.
    """

    made: dict[str, Measured]
    real: dict[str, Measured]
    useful: Useful
    beside: Useful
    nearer: tuple[float, float]
    takes: int
    performers: int

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "takes": self.takes,
            "parent_performers": self.performers,
            "nearer_than_themselves": [round(value, 6) for value in self.nearer],
            "made": {name: one.as_json() for name, one in self.made.items()},
            "other_real_actors": {name: one.as_json() for name, one in self.real.items()},
            "useful": self.useful.as_json(),
            "useful_of_other_real_actors": self.beside.as_json(),
        }


@dataclass(frozen=True, eq=False)
class Panel:
    """What the panel found in each space, and what follows."""

    spaces: Mapping[str, Judged]
    together: Mapping[str, tuple[float, float]]
    findings: Sequence[Finding]

    @property
    def passes(self) -> bool:
        """Whether nothing condemns the made takes."""
        return not any(finding.condemns for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON; the same case gives the same."""
        return {
            "passes": self.passes,
            "findings": [finding.as_json() for finding in self.findings],
            "together": {pair: [round(x, 6) for x in both] for pair, both in self.together.items()},
            "spaces": {name: judged.as_json() for name, judged in self.spaces.items()},
        }


def judge(case: Case, seed: int = 0) -> Panel:
    """Judge made takes.

    Other real actors are split in two: some are judged as if they were made, the rest are asked
    about by what was learned from either. As many takes are compared as both sides have.

    Raises
    ------
    BadInput : too few takes or performers on a side, or features that do not fit.
    """
    stand_ins, unseen = halves(case, seed)
    _check(case, stand_ins, unseen)
    # Small matrices: threads would wait for each other longer than they compute.
    with threadpool_limits(1):
        return _panel(case, stand_ins, unseen, seed)


def _panel(case: Case, stand_ins: Any, unseen: Any, seed: int) -> Panel:
    luck = np.random.default_rng(seed)
    many = int(min(case.made.sum(), stand_ins.sum()))
    made, real = (_drawn(which, many, luck) for which in (case.made, stand_ins))
    scaled, found = dict[str, list[Side]](), dict[str, Judged]()
    for name in case.spaces:
        raw = [case.side(name, which) for which in (case.parents, made, real, unseen)]
        scaled[name] = on_one_scale(*raw)
        found[name] = _judged(raw, scaled[name], tuple(case.names), seed)
    pairs = {
        f"{one} → {other}": _pair(scaled[one], scaled[other])
        for one, other in permutations(case.spaces, 2)
    }
    seen = {n: Seen(j.made, j.real, j.useful, j.beside, j.nearer[0]) for n, j in found.items()}
    return Panel(found, pairs, verdict(seen, pairs))


def _judged(raw: list[Side], scaled: list[Side], names: tuple[str, ...], seed: int) -> Judged:
    parents, made, real, unseen = scaled
    return Judged(
        measured(parents, made, unseen, seed),
        measured(parents, real, unseen, seed),
        useful(raw[0], raw[1], raw[3], names),
        useful(raw[0], raw[2], raw[3], names),
        (nearer_than_themselves(parents, made, seed), nearer_than_themselves(parents, real, seed)),
        len(made),
        len(np.unique(parents.performer)),
    )


def _pair(one: list[Side], other: list[Side]) -> tuple[float, float]:
    """Return how one space foretells the other, of made takes and of other real actors."""
    parents = one[0], other[0]
    made, real = (together(parents, (one[k], other[k])) for k in (1, 2))
    return made, real


def halves(case: Case, seed: int = 0) -> tuple[Any, Any]:
    """Split the other real actors, whole performers."""
    people = np.unique(case.performer[case.others])
    chosen = np.random.default_rng(seed).permutation(people)[: len(people) // 2]
    half = np.isin(case.performer, chosen)
    return case.others & half, case.others & ~half


def _drawn(which: Any, many: int, luck: np.random.Generator) -> Any:
    found = np.zeros(len(which), dtype=bool)
    found[luck.permutation(np.flatnonzero(which))[:many]] = True
    return found


def _check(case: Case, stand_ins: Any, unseen: Any) -> None:
    sides = {
        "parents": case.parents, "made takes": case.made, "other real actors": stand_ins,
        "actors to be asked about": unseen,
    }  # fmt: skip
    few = [f"{int(side.sum())} {name}" for name, side in sides.items() if side.sum() < LEAST]
    if len(np.unique(case.performer[case.parents])) < 2:
        raise BadInput("One performer alone cannot be told from others", where="panel")
    if few or not case.spaces:
        raise BadInput(
            f"Too few to judge: {', '.join(few) or 'no space'}",
            where="panel",
            remedy=f"Each side needs {LEAST} takes, and other actors than the parents' are needed.",
        )
