"""How much a withdrawal takes back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from yesand.agreements.decision import Withdrawn
from yesand.agreements.vocabulary import Modality, Purpose, UseClass
from yesand.kernel.errors import BadInput

PAYLOAD_TYPE = "application/vnd.yes-and.withdrawal+json"


class Scope(BaseModel):
    """What is taken back; an empty set narrows nothing, so an empty scope is everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    purposes: frozenset[Purpose] = frozenset()
    use_classes: frozenset[UseClass] = frozenset()
    modalities: frozenset[Modality] = frozenset()
    licensees: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, value: Any, *, where: str = "scope") -> Scope:
        """Read a scope from JSON data.

        Raises
        ------
        BadInput : with every field that is wrong.
        """
        try:
            return cls.model_validate(value)
        except ValidationError as fault:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in fault.errors())
            raise BadInput(f"A scope that does not hold: {wrong}", where=where) from fault

    def as_json(self) -> dict[str, list[str]]:
        """Return plain JSON, every set in order."""
        return {name: sorted(map(str, getattr(self, name))) for name in type(self).model_fields}

    def since(self, moment: datetime) -> Withdrawn:
        """Return it as decisions see it."""
        return Withdrawn(moment, self.purposes, self.use_classes, self.modalities, self.licensees)

    def __str__(self) -> str:
        """Write it for people."""
        plain = self.as_json()
        named = (f"{name}: {', '.join(values)}" for name, values in plain.items() if values)
        return "; ".join(named) or "everything"


EVERYTHING = Scope()
