"""The language that an agreement is worded in, as the room's own catalogue has it.

What is signed is signed in one language, chosen by whoever drafts it and not by who reads it: so
words are looked up by an argument, and never by the reader's settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from gettext import NullTranslations, translation
from importlib.resources import as_file, files
from typing import TypeVar

from babel import Locale
from babel.dates import format_date

from yesand.kernel.errors import BadInput
from yesand.kernel.money import Money

#: What agreements can be worded in. English is how they are written; the others are translations.
LANGUAGES = {"en": "English", "de": "Deutsch"}
_DAY = {"en": "d MMMM y", "de": "d. MMMM y"}

K = TypeVar("K")


def gettext_noop(words: str) -> str:
    """Mark words that are looked up later."""
    return words


@dataclass(frozen=True)
class Tongue:
    """One language: its words, days, amounts and places."""

    language: str
    words: NullTranslations

    def gettext(self, message: str) -> str:
        """Return words in the language."""
        return self.words.gettext(message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """Return words for a number of things, the number in them."""
        return self.words.ngettext(one, many, number) % {"n": number}

    def listed(self, words: Iterable[str], last: str = "and") -> str:
        """Return ``a, b and c``; of nothing, ``nothing``."""
        found, join = list(words), self.gettext("or") if last == "or" else self.gettext("and")
        if not found:
            return self.gettext("nothing")
        return f" {join} ".join(filter(None, [", ".join(found[:-1]), found[-1]]))

    def named(self, words: Mapping[K, str], chosen: Iterable[K], last: str = "and") -> str:
        """Return the names of what is chosen, in the order of ``words``."""
        wanted = frozenset(chosen)
        return self.listed((self.gettext(words[w]) for w in words if w in wanted), last)

    def day(self, day: date) -> str:
        """Write a day."""
        return format_date(day, _DAY[self.language], locale=self.language)

    def money(self, amount: Money) -> str:
        """Write an amount, to the last decimal that it has."""
        return self.number(str(amount))

    def number(self, written: str) -> str:
        """Write a decimal number with the language's own comma."""
        return written.replace(".", ",") if self.language == "de" else written

    def place(self, code: str) -> str:
        """Return the name of a country."""
        return str(Locale(self.language).territories.get(code, code))


@cache
def tongue(language: str) -> Tongue:
    """Return a language by its code.

    Raises
    ------
    BadInput : agreements cannot be worded in it.
    """
    if language not in LANGUAGES:
        raise BadInput(
            f"Agreements cannot be worded in {language!r}",
            where="language",
            remedy=f"Use {' or '.join(f'{code} ({name})' for code, name in LANGUAGES.items())}.",
        )
    if language == "en":
        return Tongue(language, NullTranslations())
    with as_file(files("yesand.agreements") / "locale") as folder:
        return Tongue(language, translation("django", folder, [language]))
