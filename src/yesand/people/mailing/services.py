"""Telling people by mail that something is there for them, once, by the queue of what is due.

A letter says no more than its subject needs: who reads over a shoulder, or a mail server, learns
that there is a statement, and no figure of it.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise

from yesand.kernel.ids import digest
from yesand.kernel.place import Place
from yesand.people.addresses import domain
from yesand.people.mailing.tasks import post
from yesand.people.models import User

#: After that many failures a letter is given up: with a doubling wait, after about a day.
ATTEMPTS = 11


@dataclass(frozen=True)
class Letter:
    """One letter as it waits in the queue.

    Attributes
    ----------
    key : names it among all letters, so that mail programs know a copy.
    path : the page that it is about.
    """

    user_id: int
    key: str
    subject: str
    words: str
    path: str
    tried: int = 0


def tell(
    user: User,
    key: str,
    subject: str | Promise,
    words: str | Promise,
    told: dict[str, str],
    page: str,
    *arguments: object,
) -> None:
    """Have a letter sent in a person's own language, in the caller's transaction.

    Parameters
    ----------
    subject, words : marked for translation; ``told`` fills them.
    """
    if not user.email or not user.is_active:
        return
    with translation.override(user.language):
        said = str(subject) % told, str(words) % told
    path = reverse(page, args=arguments)
    post.enqueue(*astuple(Letter(user.pk, f"{key}.{user.pk}", *said, path)))


def send(place: Place, letter: Letter) -> str:
    """Send one letter; return what became of it.

    A post office that does not answer is asked again later, twice as late each time.
    """
    user = User.objects.filter(pk=letter.user_id, is_active=True).first()
    if user is None or not user.email:
        return "dropped"
    try:
        with translation.override(user.language):
            _message(place, user, letter).send()
    except (OSError, SMTPException) as fault:
        tried = letter.tried + 1
        if tried < ATTEMPTS:
            due = place.clock.now() + timedelta(minutes=2 ** (tried - 1))
            post.using(run_after=due).enqueue(*astuple(replace(letter, tried=tried)))
        return f"failed {tried} times: {fault}"[:500]
    return "sent"


def _message(place: Place, user: User, letter: Letter) -> EmailMessage:
    base = str(settings.PUBLIC_URL)
    told = {
        "name": user.get_full_name() or user.username,
        "words": letter.words,
        "link": base + letter.path if base else "",
        "house": place.name,
    }
    return EmailMessage(
        subject=" ".join(letter.subject.split()),
        body=render_to_string("people/letter.txt", told),
        to=[user.email],
        headers={"Message-ID": f"<{digest(letter.key.encode())[:32]}@{domain(place)}>"},
    )
