"""What the room of affect holds about a person: what they rated, and what was heard in them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext, ngettext

from yesand.affect import derived
from yesand.affect.models import Gold, QuestionsSet, Rating, Skip
from yesand.affect.rating.services import rater_of
from yesand.kernel.place import Place
from yesand.people.models import User
from yesand.provenance import services as log
from yesand.provenance.models import Entry
from yesand.takes.models import Take

_SAID = "modality space emotions scale axes trace spent_ms at".split()


def held(user: User) -> dict[str, Any]:
    """Return the ratings that they gave, and those of their own takes without who gave them."""
    rater = rater_of(user)
    given = Rating.objects.filter(rater=rater) if rater else Rating.objects.none()
    of_them = Rating.objects.filter(take__performer__user=user)
    return {
        "rater": {"name": rater.name, "pseudonym": rater.pseudonym} if rater else None,
        "ratings": list(given.values("take__sha256", "key", *_SAID)),
        "ratings of my takes": list(of_them.values("take__sha256", *_SAID)),
        "takes that I could not judge": list(
            Skip.objects.filter(showing__rater__user=user).values("reason", "words", "at")
        ),
        "what I had raters asked": list(
            QuestionsSet.objects.filter(by=user).values("project__slug", "asked", "at")
        ),
    }


def goes(place: Place, user: User) -> Iterator[str]:
    """Say that the name goes."""
    if rater_of(user) is not None:
        yield gettext("Your name from every rating that you gave.")


def stays(place: Place, user: User) -> Iterator[str]:
    """Say that the ratings stay."""
    rater = rater_of(user)
    number = rater.ratings.count() if rater else 0
    if number:
        yield ngettext(
            "The rating that you gave, under a number that nobody can lead back to you.",
            "The %(n)d ratings that you gave, under a number that nobody can lead back to you.",
            number,
        ) % {"n": number}


def erase(place: Place, user: User) -> None:
    """Forget the rater's name, and blank the log's link to every rating by or of the person."""
    rater = rater_of(user)
    either = Q(rater=rater) | Q(take__performer__user=user)
    log.erase(Entry.objects.filter(pk__in=Rating.objects.filter(either).values("entry_id")))
    _forget_features(place, user)
    golden = Gold.objects.filter(take__performer__user=user)
    log.erase(Entry.objects.filter(pk__in=golden.values("entry_id")))
    unsaid = Skip.objects.filter(Q(showing__rater=rater) | Q(showing__take__performer__user=user))
    log.erase(Entry.objects.filter(pk__in=unsaid.values("entry_id")))
    unsaid.exclude(words="").update(words="")
    if rater is not None:
        rater.name, rater.user = rater.nameless, None
        rater.save()


def _forget_features(place: Place, user: User) -> None:
    """Drop what was made of recordings that go, with their sound, once this is committed."""
    mine = Take.objects.filter(performer__user=user).values_list("sha256", flat=True)
    others = Take.objects.exclude(performer__user=user).values_list("sha256", flat=True)
    gone = sorted(set(mine) - set(others))
    transaction.on_commit(partial(derived.forget, place.cache, gone))
