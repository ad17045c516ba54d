"""What is asked and what answers: a request, and a clause that speaks for or against it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from yesand.agreements.faults import in_words
from yesand.agreements.vocabulary import Action, Material, Modality, Purpose, UseClass
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput


@dataclass(frozen=True)
class Request:
    """What a licensee wants to do, where and when.

    >>> import yesand
    >>> from datetime import UTC, datetime
    >>> yesand.Request(
    ...     licensee="acme-lab",
    ...     purpose="research",
    ...     use_class="recognition",
    ...     territory="DE",
    ...     commercial=False,
    ...     at=datetime(2026, 10, 1, tzinfo=UTC),
    ... ).as_json()["at"]
    '2026-10-01T00:00:00Z'
    """

    licensee: str
    purpose: Purpose
    use_class: UseClass
    at: datetime
    action: Action = Action.TRAIN
    modality: Modality = Modality.VOICE
    material: Material = Material.FEATURES
    territory: str = "*"
    commercial: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON, as manifests carry it."""
        plain = {k: str(v) if isinstance(v, str) else v for k, v in asdict(self).items()}
        return {**plain, "at": stamp(self.at)}

    @classmethod
    def parse(cls, value: Any, *, where: str = "request") -> Request:
        """Read a request from JSON data.

        Raises
        ------
        BadInput : with every field that is wrong.
        """
        try:
            return _REQUEST.validate_python(value, extra="forbid")
        except ValidationError as fault:
            raise BadInput(
                f"A request that does not hold: {in_words(fault)}", where=where
            ) from fault


_REQUEST = TypeAdapter(Request)


@dataclass(frozen=True)
class Clause:
    """One clause that made a decision: the field of the terms, its value, and why."""

    term: str
    value: str
    reason: str

    def __str__(self) -> str:
        """Write it in one line, for errors and pages."""
        return f"{self.term} = {self.value}: {self.reason}"
