"""A question in the words and language in which it was asked, and what is written about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import get_language, override

from yesand.heidi.documents import ENGLISH, Section, sections
from yesand.heidi.german import in_english
from yesand.heidi.headings import asked
from yesand.heidi.reply import Quote
from yesand.heidi.search import Hit, Passage, excerpt, search
from yesand.people.rooms import offered
from yesand.people.sight import Request

GERMAN = "de"


@dataclass(frozen=True)
class Question:
    """What was asked.

    Parameters
    ----------
    words : as it was typed.
    english : word for word in English, if it is German; else as it was typed.
    language : that of the page on which it was asked, and in which it is answered.
    """

    words: str
    english: str
    language: str

    @classmethod
    def of(cls, words: str) -> Question:
        """Return a question as it is asked in the present language."""
        return cls(words, in_english(words), get_language() or ENGLISH)

    @property
    def german(self) -> bool:
        """Whether German pages are read for it first: it is German, or its page is."""
        return self.english != self.words or self.language.startswith(GERMAN)

    def explained(self) -> Section | None:
        """Return the section of the documentation whose heading asks the same, if there is one."""
        found = asked(self.words, sections(GERMAN), german=True) if self.german else None
        found = found or asked(self.english, sections())
        if found is None:
            return None
        place, theirs = (found.page, found.anchor), sections(self.language)
        return next((part for part in theirs if (part.page, part.anchor) == place), found)

    def hits(self, request: Request) -> list[Hit]:
        """Return the passages that answer it, of all that may be read with a request's eyes."""
        if self.german:
            with override(GERMAN):
                found = search(self.words, _shelf(request), german=True)
            if found:
                return found
        with override(ENGLISH):
            found = search(self.english, _shelf(request))
        return _in_german(found, request) if self.german and found else found

    def quotes(self, request: Request) -> tuple[Quote, ...]:
        """Return what those passages say about it."""
        return tuple(
            Quote(h.passage.title, excerpt(h.passage.text, self.words), h.passage.url)
            for h in self.hits(request)
        )


def _in_german(hits: list[Hit], request: Request) -> list[Hit]:
    """Return hits of English passages by the German ones that stand at the same address."""
    with override(GERMAN):
        theirs = {p.url: p for p in _shelf(request) if "#" in p.url}
    return [replace(hit, passage=theirs.get(hit.passage.url, hit.passage)) for hit in hits]


def _shelf(request: Request) -> list[Passage]:
    return [p for room in offered("passages") for p in room.passages(request)]
