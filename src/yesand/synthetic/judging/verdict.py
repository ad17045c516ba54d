"""What a panel's measures say in words, and which of them condemn.

Bounds are relative to other real actors, judged as if they were made: no number means anything by
itself. They were chosen so that other actors pass and the known cheats do not (docs/synthetic.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.synthetic.judging.measures import Measured
from yesand.synthetic.judging.usefulness import Useful

Measures = Mapping[str, Measured]
Pair = tuple[float, float]
#: Name, whether it condemns, and what it says.
Told = tuple[str, bool, str]


@dataclass(frozen=True, eq=False)
class Seen:
    """One space's measures, as ``panel.Judged`` has them."""

    made: Measures
    real: Measures
    learned: Useful
    beside: Useful
    nearer: float


#: As a part of what other real actors reach, or as a step above it.
AUTHENTIC, LIKE, COVERS, SAYS = 0.75, 0.6, 0.5, 0.6
LEAKS, TYPICAL = 0.2, 0.2
#: The parents' own other takes are at 1, other actors above it.
SUMMARY = 0.9
#: Spaces that foretell each other less even in people say nothing of what is made.
FORETOLD, HALF = 0.2, 0.5


@dataclass(frozen=True)
class Finding:
    """One thing that was found in one space."""

    name: str
    space: str
    condemns: bool
    says: str

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "name": self.name,
            "space": self.space,
            "condemns": self.condemns,
            "says": self.says,
        }


def verdict(spaces: Mapping[str, Seen], together: Mapping[str, Pair]) -> list[Finding]:
    """Return all findings, those that condemn first.

    Parameters
    ----------
    together : how well one space foretells the other, of made takes and of other real actors.
    """
    found = [finding for name, seen in spaces.items() for finding in _of(name, seen)]
    for pair, (made, real) in together.items():
        if real > FORETOLD and made < HALF * real:
            says = (
                f"What one space says of a take hardly goes with what the other says (correlation "
                f"{made:.2f}; {real:.2f} for other actors): no sound has both."
            )
            found.append(Finding("no sound", pair, True, says))
    return sorted(found, key=lambda finding: (not finding.condemns, finding.name, finding.space))


def _of(space: str, seen: Seen) -> list[Finding]:
    told = [*_owed(seen), *_like(seen), *_said(seen)]
    return [Finding(name, space, condemns, says) for name, condemns, says in told]


def _below(seen: Seen, name: str, part: float) -> bool:
    """Tell whether a whole interval is below a part of other actors' whole interval."""
    return seen.made[name].high < part * seen.real[name].low


def _usual(real: Measured) -> float:
    """Return what an AUC may be: of few strangers one is near to somebody by luck."""
    return max(0.5, real.value)


def _both(seen: Seen, name: str) -> str:
    return f"{seen.made[name].value:.2f}; of other actors {seen.real[name].value:.2f}"


def _owed(seen: Seen) -> Iterator[Told]:
    """Yield what is somebody's: takes that are copied, parents given away, voices heard."""
    made, real = seen.made, seen.real
    if _below(seen, "authenticity", AUTHENTIC):
        yield (
            "copies",
            True,
            f"{1 - made['authenticity'].value:.0%} of the takes lie nearer to a parent than any "
            f"other parent does; of other actors' takes {1 - real['authenticity'].value:.0%}.",
        )
    if made["membership"].low > _usual(real["membership"]) + LEAKS:
        told = _both(seen, "membership")
        yield "leaks", True, f"Its parents can be told from strangers by closeness (AUC {told})."
    if made["above_chance"].low > 0:
        chance = made["told"].value - made["above_chance"].value
        yield (
            "replica",
            True,
            f"The parent performer is told from {made['told'].value:.0%} of the takes (by chance "
            f"{chance:.0%}): that needs consent to replicas.",
        )
    elif np.isnan(made["told"].value) and made["nearer"].low > _usual(real["nearer"]) + LEAKS:
        yield (
            "replica",
            True,
            f"Takes of nobody in particular lie nearer to some performer than strangers' do "
            f"({_both(seen, 'nearer')}): somebody is heard in them, which needs consent.",
        )


def _like(seen: Seen) -> Iterator[Told]:
    """Yield how it lies among real takes."""
    if seen.nearer < SUMMARY:
        yield (
            "summary",
            True,
            f"It lies nearer to half of its parents than their other half does (Fréchet distance "
            f"{seen.nearer:.2f} of theirs): copies or a summary of them, and nobody's takes.",
        )
    blind = [n for n in ("authenticity", "precision", "coverage") if not seen.real[n].low > 0]
    if blind:
        yield "unclear", False, f"Too few takes or performers to tell {', '.join(blind)}."
    bounds = {"precision": LIKE, "density": LIKE, "coverage": COVERS, "recall": COVERS}
    for name, part in bounds.items():
        if _below(seen, name, part):
            what = "unlike" if part == LIKE else "narrow"
            yield what, True, f"Its {name} is {_both(seen, name)}."


def _said(seen: Seen) -> Iterator[Told]:
    """Yield what it says, and of what use that is."""
    learned, beside = seen.learned, seen.beside
    if learned.agrees < SAYS * beside.agrees:
        yield (
            "labels",
            True,
            f"What is heard in it is what it should express in {learned.agrees:.0%} of cases; of "
            f"other actors in {beside.agrees:.0%}.",
        )
    if learned.agrees > beside.agrees + TYPICAL:
        yield (
            "typical",
            False,
            f"It is heard as meant in {learned.agrees:.0%} of cases, other actors in "
            f"{beside.agrees:.0%}: more typical of its parents than people are.",
        )
    gain = learned.both.uar - learned.real.uar
    if gain <= 0:
        others = beside.both.uar - beside.real.uar
        yield (
            "no help",
            False,
            f"Added to the parents it changes UAR on unseen performers by {100 * gain:+.1f} "
            f"points; other actors by {100 * others:+.1f}.",
        )
