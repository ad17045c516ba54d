"""What a visitor is told: what is public, and where to sign in for the rest.

No tool is run here, so no record is read: a tool reads with a person's eyes, and a visitor has
none. What is found is found with the sight of nobody, among documentation, published articles and
the public register. No language model is asked, and nothing is written down.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from yesand.heidi.answering.services import LONGEST, intended, nothing_said, told, too_long
from yesand.heidi.intents import Intent
from yesand.heidi.reading.services import Question
from yesand.heidi.reply import Link, Quote, Reply
from yesand.heidi.tools.asker import page
from yesand.heidi.words import kept
from yesand.kernel.errors import BadInput
from yesand.kernel.place import Place
from yesand.people.rooms import offered
from yesand.people.sight import Request, Sight

#: What the tools of those who are signed in are for.
SIGNED_IN = frozenset(Intent) - {Intent.HELP, Intent.HUMAN, Intent.OTHER}
#: Of the models in service, so many are told; the rest stand in the register.
SHOWN = 3
_WHICH = re.compile(
    r"\W*(which|what models|what ais?|show|list|how many|are there)\b(?!.*\b(my|me|mine|our|us)\b)"
)
_ADDRESSES = ("https://", "http://", "mailto:")


def answer(place: Place, text: str) -> Reply:
    """Answer one question, as anybody in the world may be answered.

    Raises
    ------
    BadInput : nothing was said, or more than is read.
    """
    words = kept(text).strip()
    if not words:
        raise BadInput(nothing_said().text.rstrip("."))
    if len(words) > LONGEST:
        raise BadInput(too_long(len(words)).text.rstrip("."))
    question = Question.of(words)
    intent = intended(place, question.english)
    if intent is Intent.HELP:
        return hello()
    if intent is Intent.HUMAN:
        return human()
    return _written(place, question, intent)


def hello() -> Reply:
    """Say who she is, and what she can do for whom."""
    return Reply(_("Hello, I am Heidi.") + " " + welcome(), links=(door(),), suggestions=ideas())


def welcome() -> str:
    """Say what a visitor can ask."""
    return _(
        "I answer from our documentation, published articles and the public register. For your "
        "account, a meeting or your balance, log in first."
    )


def ideas() -> tuple[str, ...]:
    """Return what a visitor may want to ask."""
    return (
        _("What is Yes-And?"),
        _("How are royalties computed?"),
        _("Which models are in service?"),
    )


def door() -> Link:
    """Return the way to her for those who have an account."""
    back = urlencode({"next": reverse("heidi")})
    return Link(_("Log in"), f"{reverse('account_login')}?{back}")


def human() -> Reply:
    """Name whom a visitor can ask: the house's own contact, if it tells one."""
    contact = str(settings.CONTROLLER["contact"]).strip()
    if not contact:
        return Reply(
            _(
                "This house names no address for strangers. Log in to write to the producer; if "
                "you have no account, ask whoever told you of us."
            ),
            links=(door(),),
        )
    address = contact if contact.startswith(_ADDRESSES) else f"mailto:{contact}"
    return Reply(
        _("A person answers here, or by a letter to the producer once you have logged in:"),
        links=(Link(contact.removeprefix("mailto:"), address), door()),
    )


def _written(place: Place, question: Question, intent: Intent) -> Reply:
    """Answer by what is written, and show the door if it is about the visitor's own records."""
    explained, closed = question.explained(), intent in SIGNED_IN
    if intent is Intent.MODELS and _WHICH.match(question.english.lower()):
        return _register(place)
    if explained is not None:
        return replace(told(explained), links=(door(),) if closed else ())
    if closed:
        says = _("That is between you and this house. Log in, and I tell you, or do it with you.")
        return Reply(says, links=(door(),))
    quotes = question.quotes(_nobody(place))
    return Reply(_("This is what I find about it:"), quotes=quotes) if quotes else _unknown()


def _unknown() -> Reply:
    reply = human()
    told = _("I do not know that: I know our documentation, the articles and the public register.")
    return replace(reply.before(told), suggestions=ideas())


def _register(place: Place) -> Reply:
    """Tell of models what the public register tells, the newest service first."""
    address, request = page("register"), _nobody(place)
    shelf = (p for room in offered("passages") for p in room.passages(request))
    found = islice((p for p in shelf if p.url == address), SHOWN)
    return Reply(
        _("The public register shows every model in service, and who is in it by their wish."),
        quotes=tuple(Quote(p.title, p.text, p.url) for p in found),
        links=(Link(_("Models in service"), address),),
    )


def _nobody(place: Place) -> Request:
    """Return a request of nobody: it sees no record of anybody, and nothing is kept of it."""
    made = Request()
    made.place, made.sight, made.user = place, Sight(), AnonymousUser()
    made.session = SessionBase()
    return made
