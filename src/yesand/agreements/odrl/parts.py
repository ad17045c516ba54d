"""The parts that ODRL documents are made of, as JSON: values, constraints, and a frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from yesand.agreements.odrl.names import NOTHING, iri

Part = dict[str, Any]


@dataclass(frozen=True)
class Frame:
    """Whose agreement it is: its name, who grants, who is granted, and what is used.

    Raises
    ------
    BadInput : one of them is no IRI.
    """

    uid: str
    assigner: str
    assignee: str
    target: str

    def __post_init__(self) -> None:
        """Refuse what is no IRI."""
        for name, value in vars(self).items():
            iri(value, name)

    @classmethod
    def of(cls, agreement: str, performer: str, producer: str) -> Frame:
        """Frame a signed agreement: parties by their public keys, takes by their agreement."""
        key = "urn:yes-and:key:"
        uid, takes = f"urn:yes-and:agreement:{agreement}", f"urn:yes-and:takes:{agreement}"
        return cls(uid, key + performer, key + producer, takes)

    def named(self, part: str) -> str:
        """Return the name of a part of the agreement."""
        return f"{self.uid}#{part}"


def ref(name: str) -> Part:
    """Return an IRI as a value."""
    return {"@id": name}


def typed(value: str, kind: str) -> Part:
    """Return a literal of a datatype of XML Schema."""
    return {"@value": value, "@type": f"xsd:{kind}"}


def decimal(number: int, one: int) -> Part:
    """Return ``number / one`` exactly; ``one`` is a power of ten."""
    return typed(format((Decimal(number) / one).normalize(), "f"), "decimal")


def moment(at: datetime) -> Part:
    """Return a moment, in UTC."""
    return typed(at.astimezone(UTC).isoformat().replace("+00:00", "Z"), "dateTime")


def constraint(left: str, operator: str, right: Any) -> Part:
    """Return a constraint of one value."""
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


def among(left: str, operator: str, names: Iterable[str]) -> Part:
    """Return a constraint of a list of names; of an empty one, that nothing is named."""
    found = sorted(names) or [NOTHING]
    return constraint(left, operator, [ref(name) for name in found])
