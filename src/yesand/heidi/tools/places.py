"""Pages of the frame that a question names by their own word: “which corpora do we have?”."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import override

from yesand.heidi.reply import Link
from yesand.heidi.search import terms
from yesand.heidi.tools.asker import Asker
from yesand.people.rooms import offered


def named(asker: Asker, question: str) -> tuple[Link, ...]:
    """Return the links of a person's own menu whose every word is in the question."""
    wanted, roles = set(terms(question)), asker.sight.roles
    links = (link for room in offered("menu") for link in room.MENU)
    mine = [link for link in links if roles & {*link.roles, *link.home}]
    with override("en"):  # questions are read in English
        fitting = [link for link in mine if _within(set(terms(str(link.label))), wanted)]
    return tuple(Link(str(link.label), reverse(link.address)) for link in fitting[:3])


def _within(words: set[str], wanted: set[str]) -> bool:
    return bool(words) and words <= wanted
