"""What a house tells anybody about a file: enough to act rightly, and nothing about a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from yesand.provenance.credentials.reading import Credentials


class Known(StrEnum):
    """By what a file was known."""

    RECORDING = "recording"  # its bytes are a take's, as it was sent
    COPY = "copy"  # its bytes are a copy that this house gave out with a credential
    SYNTHETIC = "synthetic"  # this house made it from takes; nobody performed it
    CREDENTIAL = "credential"  # its credential is ours and whole, its bytes lie elsewhere
    CHANGED = "changed"  # it bears our credential, and was changed since
    MADE_FROM = "made from"  # somebody made it from one of ours, and says so
    CLAIMED = "claimed"  # it names one of ours, and we did not sign that
    NOT_OURS = "not ours"

    @property
    def ours(self) -> bool:
        """It is one of ours, for certain."""
        return self in {Known.RECORDING, Known.COPY, Known.SYNTHETIC, Known.CREDENTIAL}


class Force(StrEnum):
    """How its agreement stands."""

    IN_FORCE = "in force"
    IN_PART = "withdrawn in part"
    WITHDRAWN = "withdrawn"
    OVER = "over"
    NOT_BEGUN = "not begun"
    DISPUTED = "disputed"
    UNLICENSED = "permits nothing"


@dataclass(frozen=True)
class Licence:
    """What an agreement lets be done, by its class and not by its parties.

    Attributes
    ----------
    kind : individual, licence or trial. uses, purposes, territories : what is left of them today.
    """

    agreement: str
    template: str
    kind: str
    force: Force
    uses: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    commercial: bool = False
    until: str = ""
    mining: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What is told about one file.

    Attributes
    ----------
    logged : the log's entry commits to exactly this take, which was checked on the spot.
    """

    sha256: str
    known: Known
    licence: Licence | None = None
    entry: int | None = None
    logged: bool = False
    synthetic: bool = False
    credentials: Credentials | None = None

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        told = self.credentials.as_json() if self.credentials else None
        licence = asdict(self.licence) if self.licence else None
        return {
            "sha256": self.sha256,
            "ours": self.known.ours,
            "known_as": self.known.value,
            "synthetic": self.synthetic,
            "licence": licence,
            "log_entry": self.entry,
            "logged": self.logged,
            "credentials": told,
        }
