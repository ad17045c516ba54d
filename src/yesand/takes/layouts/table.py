"""A table: ``takes.csv`` for anyone's own recordings.

Columns ``path`` (relative to the table), ``performer`` and ``emotion``; optional ``scene``,
``intensity``, ``repetition``, ``language``, ``recorded_at`` (RFC 3339), ``credit_name`` and
``synthetic`` (true or false). A ``scenes.csv`` beside it may tell more of a scene: ``slug``,
``title``, ``circumstances``, ``relationship``, ``beats`` (separated by ``|``).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from yesand.kernel.clock import instant
from yesand.kernel.errors import BadInput
from yesand.takes.layouts.layout import BadRow, Prompt, Row

NAME, SCENES = "takes.csv", "scenes.csv"
REQUIRED = ("path", "performer", "emotion")
OPTIONAL = (
    "scene", "intensity", "repetition", "language", "recorded_at", "credit_name", "synthetic",
)  # fmt: skip
#: As ``people.services.join`` takes it.
_HANDLE = re.compile(r"[\w.@+-]{1,80}")
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0", "")
#: What the registry's columns hold.
_LENGTHS = {"emotion": 40, "intensity": 20, "language": 20, "credit_name": 200}


class Table:
    """Anyone's recordings, listed in a CSV (UTF-8; comma, semicolon or tab)."""

    name = "table"
    expects = "takes.csv with the columns path, performer, emotion"

    def recognises(self, root: Path) -> bool:
        """Tell by ``takes.csv`` in the folder, or by being given a CSV itself."""
        return root.suffix.lower() == ".csv" if root.is_file() else (root / NAME).is_file()

    def corpus(self, root: Path) -> str:
        """Return the folder's name."""
        return slug(_table(root).resolve().parent.name) or "table"

    def rows(self, root: Path) -> Iterator[Row | BadRow]:
        """Read every line.

        Raises
        ------
        BadInput : no CSV in UTF-8, or a required column is missing.
        """
        table = _table(root)
        scenes = _scenes(table.parent / SCENES)
        for number, fields in _lines(table, REQUIRED):
            try:
                yield _row(table.parent, fields, scenes)
            except BadInput as fault:
                named = fields["path"] or f"line {number}"
                yield BadRow(table.parent / named, f"Line {number}: {fault.what}")


def slug(text: str) -> str:
    """Return a name for addresses: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _table(root: Path) -> Path:
    return root if root.is_file() else root / NAME


def _row(folder: Path, fields: Mapping[str, str], scenes: Mapping[str, Prompt]) -> Row:
    for name in REQUIRED:
        if not fields[name]:
            raise BadInput(f"{name} is empty")
    for name, most in _LENGTHS.items():
        if len(fields.get(name, "")) > most:
            raise BadInput(f"{name} is longer than {most} characters")
    if not _HANDLE.fullmatch(fields["performer"]):
        raise BadInput(f"performer {fields['performer']!r} has more than letters, digits, _.@+-")
    return Row(
        path=_inside(folder, fields["path"]),
        performer=fields["performer"],
        emotion=fields["emotion"],
        intensity=fields.get("intensity", ""),
        scene=_scene(fields.get("scene", ""), scenes),
        repetition=_count(fields.get("repetition", "")),
        language=fields.get("language", ""),
        recorded_at=_moment(fields.get("recorded_at", "")),
        credit_name=fields.get("credit_name", ""),
        synthetic=_flag(fields.get("synthetic", "")),
    )


def _inside(folder: Path, text: str) -> Path:
    # A table comes from outside: it must not reach for files that were not given with it.
    path = folder / text
    if "\0" in text or not path.resolve().is_relative_to(folder.resolve()):
        raise BadInput(f"{text!r} lies outside the table's folder")
    return path


def _scene(text: str, scenes: Mapping[str, Prompt]) -> Prompt | None:
    name = slug(text)[:120]
    return scenes.get(name, Prompt(name, text[:200])) if name else None


def _count(text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= 32_767):
        raise BadInput(f"repetition {text!r} is not a number from 1")
    return int(text or 1)


def _moment(text: str) -> datetime | None:
    return instant(text, where="recorded_at") if text else None


def _flag(text: str) -> bool:
    if text.lower() not in _TRUE + _FALSE:
        raise BadInput(f"synthetic is {text!r}, neither true nor false")
    return text.lower() in _TRUE


def _scenes(path: Path) -> dict[str, Prompt]:
    if not path.is_file():
        return {}
    return {
        slug(fields["slug"])[:120]: Prompt(
            slug=slug(fields["slug"])[:120],
            title=fields["title"][:200],
            circumstances=fields.get("circumstances", ""),
            relationship=fields.get("relationship", ""),
            beats=tuple(b.strip() for b in fields.get("beats", "").split("|") if b.strip()),
        )
        for _, fields in _lines(path, ("slug", "title"))
    }


def _lines(path: Path, required: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadInput("Not in UTF-8", where=str(path), remedy="Save it as UTF-8.") from fault
    except OSError as fault:
        raise BadInput(f"Cannot be read: {fault.strerror}", where=str(path)) from fault
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        columns = [c.strip().lower() for c in reader.fieldnames or ()]
        missing = [c for c in required if c not in columns]
        if missing:
            raise BadInput(
                f"Column missing: {', '.join(missing)}",
                where=str(path),
                remedy=f"The first line must name {', '.join(required)}.",
            )
        reader.fieldnames = columns
        for fields in reader:
            yield reader.line_num, {c: (fields.get(c) or "").strip() for c in columns}
    except csv.Error as fault:
        raise BadInput(f"Not a CSV: {fault}", where=str(path)) from fault
