"""What an article says: one typed value with one canonical form, and so one digest.

Everything that a reader is shown of an article is in it and is signed with it.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_of

#: What turns the order of letters on a screen around, or hides them (Unicode TR 36 § 2.10, and
#: CVE-2021-42574). Right-to-left scripts need none of it: each block finds its own direction.
_UNSEEN = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0x00AD])

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Writer(StrEnum):
    """Who or what wrote the words."""

    PERSON = "person"
    LANGUAGE_MODEL = "language-model"
    EXTRACTIVE = "extractive"  # sentences chosen from a source
    COMPUTED = "computed"  # from this house's own records


class _Typed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Typed):
    """Where a claim comes from; named in the text by its number, the first being 1."""

    title: Annotated[str, Field(min_length=1, max_length=300)]
    publisher: Annotated[str, Field(max_length=200)] = ""
    #: An address on the web, or a page of this house (``/newsroom/figures/…``).
    url: Annotated[
        str, Field(max_length=1000, pattern=r"^(https?://[^\s<>\"]+|/[^\s<>\"/][^\s<>\"]*)$")
    ]
    #: When it was published, as far as it is known: ``2019``, ``2026-03`` or ``2026-03-15``.
    on: Annotated[str, Field(pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")] = ""


class Section(_Typed):
    """A part under a heading (none for the opening), in Markdown."""

    heading: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(max_length=100_000)]


class Image(_Typed):
    """A picture by the hash of its bytes, with the words for those who do not see it."""

    sha256: Hash
    alt: Annotated[str, Field(min_length=1, max_length=500)]
    credit: Annotated[str, Field(max_length=200)] = ""
    #: A picture for previews elsewhere, where the first is a drawing that few can show.
    card: Hash | None = None


class Content(_Typed):
    """The whole of one version of an article.

    Attributes
    ----------
    model : the language model that wrote it, or the method; empty if a person wrote it.
    how : one sentence on how the words came about, as the label shows it.
    """

    version: Literal[1] = 1
    title: Annotated[str, Field(min_length=1, max_length=200)]
    dek: Annotated[str, Field(max_length=500)] = ""
    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=100)]
    sources: Annotated[tuple[Source, ...], Field(max_length=200)] = ()
    tags: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[\w-]{1,40}$")], ...], Field(max_length=12)
    ] = ()
    writer: Writer = Writer.PERSON
    model: Annotated[str, Field(max_length=120)] = ""
    how: Annotated[str, Field(max_length=500)] = ""
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    image: Image | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form."""
        return digest_of(self.as_json())

    @property
    def words(self) -> str:
        """SHA-256 of its words alone: title, dek and sections."""
        sections = [section.model_dump(mode="json") for section in self.sections]
        return digest_of({"title": self.title, "dek": self.dek, "sections": sections})

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON, the same for the same content."""
        return self.model_dump(mode="json")


def content(value: dict[str, Any]) -> Content:
    """Read content, with what would deceive the eye taken out of its words.

    Raises
    ------
    BadInput : a field is missing, too long or not of its form, and which.
    """
    try:
        return Content.model_validate(_seen(value))
    except ValidationError as fault:
        first = fault.errors()[0]
        where = " ".join(str(step + 1 if isinstance(step, int) else step) for step in first["loc"])
        raise BadInput(f"The article cannot be kept so: {first['msg']}", where=where) from fault


def seen(text: str) -> str:
    """Return text in composed form (NFC), without control characters that deceive the eye."""
    kept = unicodedata.normalize("NFC", text).translate(_UNSEEN)
    return "".join(
        c for c in kept.replace("\r\n", "\n") if c in "\n\t" or (ord(c) >= 32 and c != "\x7f")
    )


def _seen(value: Any) -> Any:
    if isinstance(value, str):
        return seen(value)
    if isinstance(value, dict):
        return {key: _seen(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_seen(item) for item in value]
    return value
