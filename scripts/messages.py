"""Gather the words of every room's pages into its ``locale/``, and compile their translations.

Words are marked with ``{% translate %}`` and ``gettext``. A room's German lies in
``src/yesand/<room>/locale/de/LC_MESSAGES/django.po``: fill in what is empty there and run this
again. What one room has translated, another takes over. Needs Debian's ``gettext``. Exits 1 while
something is not translated.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SRC = Path(__file__).parents[1] / "src" / "yesand"
LANGUAGES = ("de",)


def main() -> int:
    """Gather and compile, room by room; say what is missing."""
    missing = 0
    for language in LANGUAGES:
        found = {room: words for room in rooms() if (words := gathered(room, language))}
        known = memory(list(found.values()))
        for room, words in found.items():
            path = catalogue(room, language)
            path.parent.mkdir(parents=True, exist_ok=True)
            remember(words, known)
            path.write_bytes(written(words))
            path.with_suffix(".mo").write_bytes(compiled(read(path)))
            for empty in untranslated(words):
                missing += 1
                print(f"{path.relative_to(SRC)}: {empty[:90]!r}")
    print(f"{missing} not translated" if missing else "Everything is translated.")
    return 1 if missing else 0


def rooms() -> Iterator[str]:
    """Yield the name of every folder that may hold words for people."""
    for folder in sorted(SRC.iterdir()):
        if folder.is_dir() and any(folder.rglob("*.py")):
            yield folder.name


def catalogue(room: str, language: str) -> Path:
    """Return where a room's words in a language lie."""
    return SRC / room / "locale" / language / "LC_MESSAGES" / "django.po"


def gathered(room: str, language: str) -> Catalog | None:
    """Return a room's catalogue with the words that its pages have now; none: it has no words."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / room
        shutil.copytree(
            SRC / room, copy, ignore=shutil.ignore_patterns("__pycache__", "migrations")
        )
        (copy / "locale").mkdir(exist_ok=True)
        os.chdir(copy)
        try:
            call_command(
                "makemessages",
                locale=[language],
                no_obsolete=True,
                no_wrap=True,
                add_location="file",
                verbosity=0,
            )
        finally:
            os.chdir(before)
        made = copy / "locale" / language / "LC_MESSAGES" / "django.po"
        return read(made) if made.exists() else None


def read(path: Path) -> Catalog:
    """Read a catalogue; its dates are left out, so that the same words are the same bytes."""
    with path.open("rb") as file:
        found = read_po(file, locale=path.parts[-3])
    found.creation_date = found.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    found.header_comment = "# Words of Yes-And's pages: `make messages`."
    found.project, found.version, found.fuzzy = "yesand", "", False
    found.last_translator = found.language_team = ""
    found.locale = path.parts[-3]
    return found


def written(catalog: Catalog) -> bytes:
    """Return a catalogue as people edit it."""
    text = BytesIO()
    write_po(text, catalog, width=0, sort_by_file=True)
    return text.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """Return a catalogue as programs read it; words that are only guessed (fuzzy) stay out."""
    text = BytesIO()
    write_mo(text, catalog)
    return text.getvalue()


def memory(catalogs: list[Catalog]) -> dict[Any, Any]:
    """Return what is translated anywhere."""
    return {
        (message.context, message.id): message.string
        for catalog in catalogs
        for message in catalog
        if message.id and not empty_or_guessed(message)
    }


def remember(catalog: Catalog, known: dict[Any, Any]) -> None:
    """Fill in what another room has translated."""
    for message in catalog:
        if message.id and empty_or_guessed(message):
            message.string = known.get((message.context, message.id), "")
            message.flags.discard("fuzzy")


def empty_or_guessed(message: Message) -> bool:
    """Tell whether a word has no translation, or one that is only guessed."""
    told = message.string if isinstance(message.string, tuple) else (message.string,)
    return message.fuzzy or not all(told)


def untranslated(catalog: Catalog) -> list[str]:
    """Return the words without a translation."""
    return [
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalog
        if message.id and empty_or_guessed(message)
    ]


if __name__ == "__main__":
    sys.exit(main())
