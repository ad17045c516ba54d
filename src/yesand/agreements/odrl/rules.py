"""The rules of a document by their names, and what their constraints say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yesand.kernel.errors import BadInput

_KINDS = ("permission", "prohibition", "obligation")


@dataclass(frozen=True)
class Rule:
    """One rule as it was told, with its name inside the agreement."""

    name: str
    told: Mapping[str, Any]

    def values(self, left: str, operator: str, limits: str = "constraint") -> list[Any]:
        """Return the right operands of every constraint of that kind."""
        return [
            part.get("rightOperand")
            for part in self._parts(limits)
            if part.get("leftOperand") == left and part.get("operator") == operator
        ]

    def one(self, left: str, operator: str, limits: str = "constraint") -> Any:
        """Return the right operand of the one constraint of that kind.

        Raises
        ------
        BadInput : there is none, or more than one.
        """
        found = self.values(left, operator, limits)
        if len(found) != 1:
            raise BadInput(
                f"{len(found)} constraints on {left} where one belongs", where=f"rule {self.name}"
            )
        return found[0]

    def names(self, left: str, operator: str) -> list[str]:
        """Return the names in the one list of that kind; none, if there is no such list.

        Raises
        ------
        BadInput : more than one list, or something in it is no name.
        """
        found = self.values(left, operator)
        if not found:
            return []
        listed = self.one(left, operator)
        names = [v.get("@id") if isinstance(v, dict) else None for v in _many(listed)]
        if not names or not all(isinstance(name, str) for name in names):
            raise BadInput(f"The list of {left} names nothing", where=f"rule {self.name}")
        return [str(name) for name in names]

    def unit(self, left: str) -> str:
        """Return the unit of the one refinement on a left operand."""
        parts = [p for p in self._parts("refinement") if p.get("leftOperand") == left]
        unit = parts[0].get("unit") if len(parts) == 1 else None
        if not isinstance(unit, str):
            raise BadInput(f"{left} has no unit", where=f"rule {self.name}")
        return unit

    def alternatives(self) -> list[Mapping[str, Any]]:
        """Return every constraint, and every alternative of those that name some."""
        return self._parts("constraint")

    def _parts(self, limits: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for part in _many(self.told.get(limits, [])):
            if not isinstance(part, dict):
                raise BadInput(f"A {limits} is no object", where=f"rule {self.name}")
            found.extend(p for p in _many(part.get("or", part)) if isinstance(p, dict))
        return found


@dataclass(frozen=True)
class Rules:
    """All rules of an agreement."""

    uid: str
    found: Mapping[tuple[str, str], Rule]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Rules:
        """Gather a document's rules.

        Raises
        ------
        BadInput : a rule that has no name of this agreement, or the name of another.
        """
        uid = told.get("uid")
        if not isinstance(uid, str):
            raise BadInput("The agreement has no uid", where="uid")
        found: dict[tuple[str, str], Rule] = {}
        for kind in _KINDS:
            for part in _many(told.get(kind, [])):
                rule = Rule(_name(part, uid, kind), part)
                if (kind, rule.name) in found:
                    raise BadInput("Two rules have one name", where=f"{kind} {rule.name}")
                found[kind, rule.name] = rule
        return cls(uid, found)

    def has(self, kind: str, name: str) -> bool:
        """Tell whether there is such a rule."""
        return (kind, name) in self.found

    def maybe(self, kind: str, name: str) -> Rule | None:
        """Return a rule, if it is there."""
        return self.found.get((kind, name))

    def rule(self, name: str, kind: str = "permission") -> Rule:
        """Return a rule.

        Raises
        ------
        BadInput : it is not there.
        """
        found = self.maybe(kind, name)
        if found is None:
            raise BadInput(f"No {kind} {name!r}", where="ODRL")
        return found

    def parts(self, name: str, logic: str) -> list[Mapping[str, Any]]:
        """Return the parts of a permission's alternatives that are joined by that logic."""
        return [part for part in self.rule(name).alternatives() if logic in part]

    def party(self, role: str) -> str:
        """Return who or what the agreement's first permission names."""
        return str(self.rule("train").told.get(role, ""))


def _name(part: Any, uid: str, kind: str) -> str:
    name = part.get("uid") if isinstance(part, dict) else None
    if not isinstance(name, str) or not name.startswith(f"{uid}#"):
        raise BadInput(f"A rule without a name in this agreement: {name!r}", where=kind)
    return name.removeprefix(f"{uid}#")


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
