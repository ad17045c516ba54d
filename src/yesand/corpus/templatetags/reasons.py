"""What decisions say, in the reader's language.

Decisions are made and signed in English (``agreements.decision``, ``agreements.change``); a page
says the same in other words. A sentence that is not known here is shown as it was made.
"""

from __future__ import annotations

import re
from functools import cache

from babel import Locale
from django import template
from django.utils.translation import get_language, gettext, gettext_noop

register = template.Library()
_PLACE = re.compile(r"%\((\w+)\)s")
_JOIN = re.compile(r"(, | or )")

#: Why not.
_REASONS = (
    gettext_noop("inferring emotions at work is banned by law there; nobody can consent to it"),
    gettext_noop(
        "inferring emotions in education is banned by law there; nobody can consent to it"
    ),
    gettext_noop("the performer withdrew this on %(day)s"),
    gettext_noop("a strike is on since %(day)s (suspension %(name)s)"),
    gettext_noop("new use is on hold since %(day)s (suspension %(name)s)"),
    gettext_noop("this purpose is banned by name"),
    gettext_noop("a strike is on"),
    gettext_noop("trial terms never reach outside this house"),
    gettext_noop("a moment without a zone is no moment"),
    gettext_noop("the agreement has not begun"),
    gettext_noop("the agreement is over"),
    gettext_noop("the time for training is over"),
    gettext_noop("%(word)s is not named, so it is not licensed"),
    gettext_noop("making money with it is not allowed"),
    gettext_noop("the performer must be asked for each use, and has not agreed to this one"),
    gettext_noop("%(word)s is no part of %(other)s"),
    gettext_noop("these limits are the own licence of %(name)s"),
    gettext_noop("no agreement stands for it"),
    gettext_noop("a quality finding rejects the recording"),
    gettext_noop("two performers claim the same content"),
    gettext_noop("%(word)s was asked for"),
    gettext_noop("a video holds the voice too, which is not permitted"),
)
#: What would change it; the longer ones first where one begins like another.
_CHANGES = (
    gettext_noop("Would be permitted after the performer signs a new agreement."),
    gettext_noop("Would be permitted when the suspension is lifted."),
    gettext_noop("Would be permitted when the strike is over."),
    gettext_noop("Would be permitted after the performer agrees to this use."),
    gettext_noop("Would be permitted after the performer signs an agreement."),
    gettext_noop("Would be decided if the moment named its time zone."),
    gettext_noop("Wider use needs the leave of the collection's publisher."),
    gettext_noop("Would be permitted after a producer accepts the recording."),
    gettext_noop("Would be permitted after the dispute is settled."),
    gettext_noop(
        "No consent changes this. The ban does not reach another purpose, nor use outside the "
        "European Economic Area."
    ),
    gettext_noop("No consent changes this. The ban does not reach another purpose."),
    gettext_noop(
        "Would not be banned for another purpose; for this one only after the performer signs "
        "other terms."
    ),
    gettext_noop("Would be permitted only after the performer signs other terms."),
    gettext_noop("Would be permitted from %(day)s."),
    gettext_noop("Was permitted until %(day)s; now only under a new agreement."),
    gettext_noop("Training was permitted until %(day)s; measuring with it still may be."),
    gettext_noop("Would be permitted inside this house, where trial terms hold."),
    gettext_noop("Would be permitted if no money is made with it."),
    gettext_noop("Would be permitted for the kind of system %(words)s."),
    gettext_noop("Would be permitted for the purpose %(words)s."),
    gettext_noop("Would be permitted for the channel %(words)s."),
    gettext_noop("Would be permitted for the form %(words)s."),
    gettext_noop("Would be permitted in %(words)s."),
    gettext_noop("This recording is of the %(word)s: ask for that channel."),
    gettext_noop("With %(word)s, only these are possible: %(words)s."),
)
#: What is no word of ours, and stays as it is.
_AS_IT_IS = {"day", "name"}


@register.filter
def said(sentence: str) -> str:
    """Say what a decision says in the reader's language.

    >>> said("a strike is on")
    'a strike is on'
    """
    if (get_language() or "en").startswith("en"):
        return sentence
    for known, pattern in _patterns():
        if found := pattern.fullmatch(sentence):
            filled = {n: v if n in _AS_IT_IS else _words(v) for n, v in found.groupdict().items()}
            return gettext(known) % filled if filled else gettext(known)
    return sentence


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((known, _pattern(known)) for known in (*_REASONS, *_CHANGES))


def _pattern(known: str) -> re.Pattern[str]:
    parts = _PLACE.split(known)  # text, name, text, name, … text
    told = (f"(?P<{p}>.+?)" if n % 2 else re.escape(p) for n, p in enumerate(parts))
    return re.compile("".join(told))


def _words(listed: str) -> str:
    """Return identifiers and places of a list ``a, b or c`` as words."""
    return "".join(
        part if part == ", " else f" {gettext('or')} " if part == " or " else _word(part)
        for part in _JOIN.split(listed)
    )


def _word(told: str) -> str:
    place = _places(get_language() or "en").get(told)
    return place or gettext(told.replace("-", " "))


@cache
def _places(language: str) -> dict[str, str]:
    """Return code or English name → the place's name in a language."""
    english, here = Locale("en").territories, Locale.parse(language, sep="-").territories
    names = {str(name): str(here.get(code, name)) for code, name in english.items()}
    return names | {str(c): str(here.get(c, n)) for c, n in english.items() if len(str(c)) == 2}
