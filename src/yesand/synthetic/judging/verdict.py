"""What a panel's measures say in words, and which of them condemn.

Bounds are relative to other real actors, judged as if they were made: no number means anything by
itself. They were chosen so that other actors pass and the known cheats do not (docs/synthetic.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yesand.synthetic.judging.measures import Measured
from yesand.synthetic.judging.usefulness import Useful

Measures = Mapping[str, Measured]
Pair = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Seen:
    """One space's measures, as ``panel.Judged`` has them."""

    made: Measures
    real: Measures
    learned: Useful
    beside: Useful
    nearer: float
    performers: int


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
    made, real, learned, beside = seen.made, seen.real, seen.learned, seen.beside
    performers = seen.performers

    def below(name: str, part: float) -> bool:
        return made[name].high < part * real[name].low

    found = list[Finding]()

    def say(name: str, says: str, *, condemns: bool = True) -> None:
        found.append(Finding(name, space, condemns, says))

    if below("authenticity", AUTHENTIC):
        say(
            "copies",
            f"{1 - made['authenticity'].value:.0%} of the takes lie nearer to a parent than "
            f"any other parent does; of other actors' takes {1 - real['authenticity'].value:.0%}.",
        )
    if made["membership"].low > max(0.5, real["membership"].value) + LEAKS:
        say(
            "leaks",
            f"Which takes it was made from can be told by closeness (AUC "
            f"{made['membership'].value:.2f}; {real['membership'].value:.2f} for other actors).",
        )
    if made["told"].low > 1 / performers:
        say(
            "replica",
            f"The parent performer is told from {made['told'].value:.0%} of the takes "
            f"(chance {1 / performers:.0%}): that needs consent to replicas.",
        )
    if seen.nearer < SUMMARY:
        say(
            "summary",
            f"It lies nearer to half of its parents than their other half does (Fréchet distance "
            f"{seen.nearer:.2f} of theirs): copies or a summary of them, and nobody's takes.",
        )
    for name in ("precision", "density"):
        if below(name, LIKE):
            say(
                "unlike",
                f"Its {name} is {made[name].value:.2f}; of other actors {real[name].value:.2f}.",
            )
    for name in ("coverage", "recall"):
        if below(name, COVERS):
            say(
                "narrow",
                f"Its {name} is {made[name].value:.2f}; of other actors {real[name].value:.2f}.",
            )
    if learned.agrees < SAYS * beside.agrees:
        say(
            "labels",
            f"What is heard in it is what it should express in {learned.agrees:.0%} of "
            f"cases; of other actors in {beside.agrees:.0%}.",
        )
    if learned.agrees > beside.agrees + TYPICAL:
        say(
            "typical",
            f"It is heard as meant in {learned.agrees:.0%} of cases, other actors in "
            f"{beside.agrees:.0%}: more typical of its parents than people are.",
            condemns=False,
        )
    gain = learned.both.uar - learned.real.uar
    if gain <= 0:
        say(
            "no help",
            f"Added to the parents it changes UAR on unseen performers by "
            f"{100 * gain:+.1f} points; other actors by "
            f"{100 * (beside.both.uar - beside.real.uar):+.1f}.",
            condemns=False,
        )
    return found
