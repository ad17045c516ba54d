"""How documents speak: words from the room's catalogue, figures as the language writes them.

The same catalogue as the pages' (``locale/``), read without Django: a document is made anywhere.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from babel.dates import format_date

from yesand.kernel.clock import Period

LANGUAGES = ("en", "de")
_SWAPPED = str.maketrans(",.", ".,")


def gettext_noop(words: str) -> str:
    """Mark words for translation where they are only named."""
    return words


@dataclass(frozen=True)
class Tongue:
    """One language; called with English words, it says them."""

    language: str = "en"

    @classmethod
    def of(cls, language: str | None) -> Tongue:
        """Return the tongue of a language tag such as ``de-AT``; English if it is none of ours."""
        primary = (language or "").replace("_", "-").partition("-")[0].lower()
        return cls(primary if primary in LANGUAGES else "en")

    def __call__(self, words: str) -> str:
        """Say English words."""
        return _catalogue(self.language)(words)

    def figure(self, written: str) -> str:
        """Write a figure as the language does: German swaps point and comma."""
        return written.translate(_SWAPPED) if self.language == "de" else written

    def month(self, period: str) -> str:
        """Write ``2026-10`` as October 2026."""
        return format_date(Period.parse(period).start, "MMMM y", locale=self.language)


@cache
def _catalogue(language: str) -> Callable[[str], str]:
    folder = str(files("yesand.royalties") / "locale")
    return gettext.translation("django", folder, [language], fallback=True).gettext
