"""What may be done with a file by machine, as a credential says it (CAWG training-mining 1.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

LABEL = "cawg.training-mining"
#: As C2PA 1.x named it, before CAWG took the assertion over; labels and entries alike.
_PREFIXES = ("cawg.", "c2pa.")
#: The specification's prose says ``constraints_info``; its schema, and every writer, the other.
_INFO = ("constraint_info", "constraints_info")


class Use(StrEnum):
    """What an entry says."""

    ALLOWED = "allowed"
    NOT_ALLOWED = "notAllowed"
    CONSTRAINED = "constrained"


class Aim(StrEnum):
    """What with a file may be done (CAWG 1.1 §3.1); further ones are anybody's own."""

    DATA_MINING = "data_mining"
    AI_INFERENCE = "ai_inference"
    AI_TRAINING = "ai_training"
    AI_GENERATIVE_TRAINING = "ai_generative_training"


@dataclass(frozen=True)
class Said:
    """What a credential says about one aim; ``info`` where it sets conditions."""

    use: Use
    info: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the entry as the assertion holds it."""
        return {"use": self.use.value, **({_INFO[0]: self.info} if self.info else {})}

    @property
    def forbids(self) -> bool:
        """Nobody may, as far as the credential goes.

        "In the absence of additional information, `constrained` shall be treated as equivalent to
        `notAllowed`" (CAWG 1.1 §3.1).
        """
        return self.use == Use.NOT_ALLOWED or (self.use == Use.CONSTRAINED and not self.info)


@dataclass(frozen=True)
class Mining:
    """What a credential says about each aim; it is silent on those that are not here."""

    said: Mapping[Aim, Said] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the assertion's data."""
        return {"entries": {f"cawg.{aim}": said.as_json() for aim, said in self.items()}}

    def items(self) -> Iterator[tuple[Aim, Said]]:
        """Yield the aims in their order."""
        return ((aim, self.said[aim]) for aim in Aim if aim in self.said)

    def forbidden(self) -> tuple[Aim, ...]:
        """Return what is forbidden."""
        return tuple(aim for aim, said in self.items() if said.forbids)

    def conditions(self) -> frozenset[str]:
        """Return the conditions on which something is allowed."""
        return frozenset(s.info for _, s in self.items() if s.use == Use.CONSTRAINED and s.info)


def is_mining(label: str) -> bool:
    """Tell whether an assertion of that label says what may be done by machine."""
    return label.partition("__")[0] in {f"{prefix}training-mining" for prefix in _PREFIXES}


def parse(data: Any) -> Mining:
    """Read an assertion that somebody else wrote.

    What is no known use is one that cannot be understood, and so forbids.
    """
    entries = data.get("entries") if isinstance(data, Mapping) else None
    found = {}
    for name, entry in (entries if isinstance(entries, Mapping) else {}).items():
        aim = _aim(str(name))
        if aim is not None:
            found[aim] = _said(entry)
    return Mining(found)


def strictest(assertions: list[Mining]) -> Mining:
    """Join what several assertions say: of two about one aim, the stricter one counts."""
    joined: dict[Aim, Said] = {}
    for aim in Aim:
        told = [m.said[aim] for m in assertions if aim in m.said]
        if told:
            joined[aim] = max(told, key=_strictness)
    return Mining(joined)


def _strictness(said: Said) -> tuple[bool, int]:
    order = (Use.ALLOWED, Use.CONSTRAINED, Use.NOT_ALLOWED)
    return said.forbids, order.index(said.use)


def _aim(name: str) -> Aim | None:
    for prefix in _PREFIXES:
        if name.startswith(prefix) and name.removeprefix(prefix) in set(Aim):
            return Aim(name.removeprefix(prefix))
    return None


def _said(entry: Any) -> Said:
    told = entry if isinstance(entry, Mapping) else {}
    use = told.get("use")
    known = Use(use) if isinstance(use, str) and use in set(Use) else Use.NOT_ALLOWED
    info = next((str(told[name]).strip()[:500] for name in _INFO if told.get(name)), "")
    return Said(known, info if known == Use.CONSTRAINED else "")
