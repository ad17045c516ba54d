"""Passing a question on to the producer, and answering it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yesand.heidi.models import Letter
from yesand.heidi.words import kept
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.place import Place
from yesand.people.mailing.services import tell
from yesand.people.models import Seat, User

LONGEST, OPEN = 5_000, 10
_ASKED = gettext_lazy("A question waits for an answer")
_ASKS = gettext_lazy("Somebody has asked what Heidi could not answer. You can read and answer it.")
_ANSWERED = gettext_lazy("Your question is answered")
_ANSWERS = gettext_lazy("The producer has answered what you asked. The answer is on your page.")


def send(place: Place, user: User, question: str) -> Letter:
    """Write to the producer; the same question that is still open is the same letter.

    Raises
    ------
    BadInput : nothing, or too much. Refused : many letters are open already.
    """
    words = _checked(question)
    open_ = Letter.objects.filter(user=user, answered_at=None)
    same = open_.filter(question=words).first()
    if same:
        return same
    if open_.count() >= OPEN:
        raise Refused(
            _("%(n)d of your letters wait for an answer") % {"n": OPEN},
            remedy=_("The producer will answer those first."),
        )
    with transaction.atomic():
        made = Letter.objects.create(user=user, question=words, at=place.clock.now())
        for producer in User.objects.filter(seats__role=Seat.Role.PRODUCER).distinct():
            tell(producer, f"letter.{made.pk}", _ASKED, _ASKS, {}, "letter", made.pk)
    return made


def answer(place: Place, producer: User, letter: Letter, text: str) -> Letter:
    """Answer a letter, once.

    Raises
    ------
    BadInput : nothing, or too much. Refused : it has another answer.
    """
    words = _checked(text)
    with transaction.atomic():
        rows = Letter.objects.filter(pk=letter.pk, answered_at=None)
        if rows.update(answer=words, answered_by=producer, answered_at=place.clock.now()):
            letter.refresh_from_db()
            tell(letter.user, f"letter.{letter.pk}.answer", _ANSWERED, _ANSWERS, {}, "letters")
            return letter
    letter.refresh_from_db()
    if letter.answer != words:
        raise Refused(_("This letter was answered already"), remedy=_("Read the answer above."))
    return letter


def see(place: Place, user: User) -> list[Letter]:
    """Return a person's letters; what was answered counts as seen from now on."""
    found = list(Letter.objects.filter(user=user).select_related("answered_by"))
    unseen = Letter.objects.filter(user=user, seen_at=None).exclude(answered_at=None)
    unseen.update(seen_at=place.clock.now())
    return found


def _checked(text: str) -> str:
    words = kept(text).strip()
    if not words:
        raise BadInput(_("There are no words yet"), remedy=_("Write what you would like to know."))
    if len(words) > LONGEST:
        told = {"n": f"{len(words):,}", "most": f"{LONGEST:,}"}
        raise BadInput(_("That is %(n)s characters; up to %(most)s are sent") % told)
    return words
