"""A collective agreement in the words of who reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from yesand.agreements.collective.accord import Accord
from yesand.agreements.collective.floor import in_words
from yesand.agreements.comparing.values import ENGLISH, Voice


class Named(Protocol):
    """What a collective agreement is named by."""

    digest: str


@dataclass(frozen=True)
class Said:
    """Its title and each of its limits, as sentences."""

    digest: str
    title: str
    limits: tuple[str, ...]

    @classmethod
    def of(cls, row: Named, accord: Accord, voice: Voice = ENGLISH) -> Said:
        """Put it into words."""
        limits = (in_words(name, limit, voice) for name, limit in accord.floor.limits.items())
        return cls(row.digest, accord.title, tuple(limits))
