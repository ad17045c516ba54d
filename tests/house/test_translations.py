"""Every word that a page shows is there in German too, whole and with the same places to fill."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from scripts import messages

FOUND = sorted(messages.SRC.glob("*/locale/*/LC_MESSAGES/django.po"))
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w*\}|</?\w+|&\w+;")


def name(path: Path) -> str:
    return path.relative_to(messages.SRC).parts[0]


def key(words: object) -> object:
    """Return words, or their singular and plural, as something to compare."""
    return tuple(words) if isinstance(words, list | tuple) else words


@pytest.mark.parametrize("path", FOUND, ids=name)
def test_nothing_is_left_untranslated(path: Path) -> None:
    assert messages.untranslated(messages.read(path)) == []


@pytest.mark.parametrize("path", FOUND, ids=name)
def test_what_programs_read_is_what_people_wrote(path: Path) -> None:
    with path.with_suffix(".mo").open("rb") as file:
        compiled = {key(m.id): key(m.string) for m in read_mo(file) if m.id}
    written = {key(m.id): key(m.string) for m in messages.read(path) if m.id}
    assert compiled == written, "run `make messages`"


@pytest.mark.parametrize("path", FOUND, ids=name)
def test_a_translation_has_the_same_places_to_fill(path: Path) -> None:
    for message in messages.read(path):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for told, said in zip(ids, strings, strict=True):
            if told:
                assert sorted(PLACES.findall(said)) == sorted(PLACES.findall(told)), told


@pytest.mark.skipif(not shutil.which("xgettext"), reason="no gettext: apt install gettext")
@pytest.mark.parametrize("path", FOUND, ids=name)
def test_no_word_of_a_page_was_forgotten(path: Path) -> None:
    now = messages.gathered(name(path), path.parts[-3])
    assert now is not None
    assert {key(m.id) for m in now} - {key(m.id) for m in messages.read(path)} == set(), (
        "run `make messages`"
    )
