"""Whose word it is in a negotiation, and who may say it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from yesand.agreements.drafts import Draft
from yesand.agreements.models import Offer, Step
from yesand.agreements.negotiating.errors import NotYourTurn
from yesand.agreements.negotiating.step import draft_of
from yesand.agreements.negotiating.steps.services import last, producer
from yesand.agreements.signing import services as signing
from yesand.agreements.signing.hand import Hand
from yesand.agreements.terms import Terms
from yesand.kernel.place import Place
from yesand.people.acting import SIGN
from yesand.people.models import Delegation, Performer, Seat, User
from yesand.people.sight import Sight


def open_offers(rows: QuerySet[Offer]) -> QuerySet[Offer]:
    """Return those that wait for an answer, the longest waiting first."""
    waits = rows.filter(agreement=None, ended_at=None)
    return waits.select_related("performer").order_by("made_at", "pk")


def on_table(offered: Offer, word: Step | None) -> Draft:
    """Return the terms and words that would be signed, or were: those of the last word with any."""
    if word is not None and word.draft is None:  # signed, declined, taken back or lapsed
        word = offered.steps.filter(draft__isnull=False).order_by("-number").first()
    if word is not None and word.draft is not None:
        return draft_of(word.draft)
    return Draft(
        offered.template,
        Terms.parse(offered.terms),
        offered.summary,
        offered.text,
        offered.language,
    )


def turn(word: Step | None) -> str:
    """Return which party answers the last word."""
    spoke = Step.Party.PRODUCER if word is None else word.party
    performer = Step.Party.PERFORMER
    return str(Step.Party.PRODUCER if spoke == performer else performer)


def may_speak(sight: Sight, offered: Offer, terms: Terms) -> str:
    """Return for which party somebody may speak: none, the performer's, or the producer's."""
    if signing.needs_guardian(terms):
        able = any(_guards(sight, offered.performer))
    else:
        able = sight.may(SIGN, offered.performer)
    if able:
        return str(Step.Party.PERFORMER)
    return str(Step.Party.PRODUCER) if Seat.Role.PRODUCER in sight.roles else ""


def _guards(sight: Sight, performer: Performer) -> Iterator[bool]:
    for each in sight.acting:
        if each.performer == performer and SIGN in each.scopes:
            yield each.kind == Delegation.Kind.GUARDIAN


def may_sign(sight: Sight, offered: Offer) -> bool:
    """Tell whether it is somebody's turn to sign, counter or decline: theirs, or as a delegate."""
    word = last(offered)
    return may_speak(sight, offered, on_table(offered, word).terms) == turn(word)


def waiting_for(sight: Sight) -> Iterator[Offer]:
    """Yield the offers that somebody may answer, the longest waiting first."""
    rows = open_offers(Offer.objects.all())
    if Seat.Role.PRODUCER not in sight.roles:
        rows = rows.filter(performer__in=sight.performers(SIGN))
    yield from (row for row in rows if may_sign(sight, row))


def waiting_for_guardian(place: Place, sight: Sight) -> Iterator[Offer]:
    """Yield what waits for a guardian of the performer that somebody is, who named none yet."""
    performer = sight.performer
    if performer is None or signing.guarded(performer, place.clock.now()):
        return
    for row in open_offers(Offer.objects.filter(performer=performer)):
        word = last(row)
        if turn(word) == Step.Party.PERFORMER and signing.needs_guardian(on_table(row, word).terms):
            yield row


def hand_for(place: Place, offered: Offer, terms: Terms, by: User) -> Hand:
    """Return the hand by which a person speaks in a negotiation.

    Raises
    ------
    Refused : they may speak for neither party, and why.
    """
    own = offered.performer.user_id == by.pk
    if not own and Seat.objects.filter(user=by, role=Seat.Role.PRODUCER).exists():
        return signing.for_producer(producer(), by)
    return signing.for_performer(place, offered.performer, terms, by)


def check_turn(word: Step | None, hand: Hand) -> None:
    """Check that the last word is the other side's.

    Raises
    ------
    NotYourTurn : it is one's own.
    """
    if turn(word) != hand.party:
        raise NotYourTurn(
            "The last word is yours: the other side answers it",
            where=str(word) if word else "",
            remedy="Wait for the answer, or take it back.",
        )
