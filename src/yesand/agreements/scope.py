"""How much a withdrawal takes back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yesand.agreements.decision import Withdrawn
from yesand.agreements.faults import in_words
from yesand.agreements.vocabulary import Modality, Purpose, UseClass
from yesand.kernel.errors import BadInput

PAYLOAD_TYPE = "application/vnd.yes-and.withdrawal+json"
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Scope(BaseModel):
    """What is taken back; an empty set narrows nothing, so an empty scope is everything."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    purposes: frozenset[Purpose] = frozenset()
    use_classes: frozenset[UseClass] = frozenset()
    modalities: frozenset[Modality] = frozenset()
    licensees: frozenset[str] = frozenset()
    #: SHA-256 of single takes.
    takes: frozenset[Sha256] = frozenset()

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
            raise BadInput(f"A scope that does not hold: {in_words(fault)}", where=where) from fault

    def as_json(self) -> dict[str, list[str]]:
        """Return plain JSON, every set in order.

        Single takes are named only where there are any: withdrawals were signed before there were.
        """
        told = {name: sorted(map(str, getattr(self, name))) for name in type(self).model_fields}
        return told if self.takes else {k: v for k, v in told.items() if k != "takes"}

    @property
    def for_every_use(self) -> bool:
        """Whether nothing may be done any more with what it is about: all takes, or some."""
        return self == Scope(takes=self.takes)

    def since(self, moment: datetime) -> Withdrawn:
        """Return it as decisions see it."""
        sets = (self.purposes, self.use_classes, self.modalities, self.licensees, self.takes)
        return Withdrawn(moment, *sets)

    def __str__(self) -> str:
        """Write it for people."""
        plain = self.as_json()
        takes = plain.pop("takes", [])
        named = [f"{name}: {', '.join(values)}" for name, values in plain.items() if values]
        if takes:
            named.append(f"{len(takes)} single take{'s' if len(takes) > 1 else ''}")
        return "; ".join(named) or "everything"


EVERYTHING = Scope()
