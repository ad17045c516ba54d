"""What is exported, take by take: which bytes, of which take, under which agreement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from yesand.corpus.manifest import SignedManifest


@dataclass(frozen=True)
class Record:
    """One exported take.

    Attributes
    ----------
    take : SHA-256 of the recording as the performer gave it, which names the take.
    sha256, bytes : of what is exported: a copy with its credential inside, or its features.
    performer : a pseudonym; the same for all takes of one performer in this house.
    agreement : SHA-256 of what was signed. entry : where the log has the take.
    credential : the name of the C2PA manifest inside the file; empty for features.
    """

    take: str
    sha256: str
    bytes: int
    media_type: str
    suffix: str
    performer: str
    emotion: str
    duration_ms: int
    agreement: str
    synthetic: bool
    entry: int
    credential: str = ""

    @property
    def name(self) -> str:
        """The file's name: the take's, so that all formats speak of it alike."""
        return f"{self.take}.{self.suffix}"

    def row(self) -> dict[str, Any]:
        """Return what every format tells of the take, in one order."""
        return {name: value for name, value in asdict(self).items() if name != "suffix"}


#: The names that every format uses for what it tells of a take.
COLUMNS = tuple(field.name for field in fields(Record) if field.name != "suffix")


@dataclass(frozen=True)
class LeftOut:
    """Takes that are not in an export, and why."""

    takes: int
    reason: str


@dataclass(frozen=True)
class About:
    """What a card says of an export.

    Attributes
    ----------
    title, house, origin : its name; the house's and its log's.
    at : when the manifest was signed: the same manifest tells the same moment.
    url : where it lies for the world, or a name of it (``urn:…``).
    licence : its RSL document. offer : its ODRL offer. request : the manifest's, in words.
    credits : names that performers wish to see and were promised.
    """

    title: str
    house: str
    origin: str
    at: datetime
    url: str
    licence: bytes
    offer: dict[str, Any]
    request: tuple[tuple[str, str], ...]
    credits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parcel:
    """Everything that a format writes.

    Attributes
    ----------
    manifest : a masked copy of it, for outsiders.
    read : a record's bytes, which are checked against its hash.
    """

    manifest: SignedManifest
    records: tuple[Record, ...]
    left_out: tuple[LeftOut, ...]
    about: About
    read: Callable[[Record], bytes]

    @property
    def features(self) -> bool:
        """Whether it holds features instead of recordings."""
        return all(record.suffix == "npy" for record in self.records)

    @property
    def synthetic(self) -> bool:
        """Whether anything in it was made by code."""
        return any(record.synthetic for record in self.records)
