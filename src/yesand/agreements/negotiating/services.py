"""Countering an offer, and amending what was signed: that is negotiated in the same way."""

from __future__ import annotations

from django.db import transaction

from yesand.agreements.collective.services import check_floor
from yesand.agreements.models import Agreement, Offer, Step
from yesand.agreements.negotiating.steps.services import add, last, producer
from yesand.agreements.offering import services as offering
from yesand.agreements.offering.speaking.services import (
    check_turn,
    hand_for,
    on_table,
    open_offers,
)
from yesand.agreements.services import alone
from yesand.agreements.signing import services as signing
from yesand.agreements.signing.minority.services import check_minor
from yesand.agreements.templates import draft
from yesand.agreements.terms import Terms
from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
from yesand.people.models import Performer, Seat, User


def counter(
    place: Place, offered: Offer, terms: Terms, by: User, *, answers: str, note: str = ""
) -> Step:
    """Answer the last word with other terms. The same again is the answer that there is.

    By making it one signs for one's side: the agreement stands once the other side signs it.

    Parameters
    ----------
    answers : the digest of the word that is answered, as the person has read it.
    note : what is said to the other side beside the terms.

    Raises
    ------
    Stale : the other side has spoken since. Closed : it was signed, declined or taken back.
    NotYourTurn : the last word is their own.
    Refused : they may not sign, the terms are those on the table, or they were signed before.
    BelowFloor : less than the collective agreement that covers the performer.
    """
    with transaction.atomic():
        alone(offered.performer)
        row = Offer.objects.select_related("performer", "supersedes").get(pk=offered.pk)
        again = _same(row, terms, by, answers, note)
        if again is not None:
            return again
        word = offering.check_open(place, row, answers)
        lies = on_table(row, word)
        hand = hand_for(place, row, _stricter(lies.terms, terms), by)
        check_turn(word, hand)
        _check_other(lies.terms, terms)
        made = draft(lies.template, terms, lies.language)
        offering.check_new(made, row.performer, row.supersedes)
        check_minor(place, row.performer, terms, row.supersedes)
        check_floor(place, row.performer, terms)
        return add(place, row, Step.Kind.COUNTERED, hand, by, draft=made, note=note)


def _same(row: Offer, terms: Terms, by: User, answers: str, note: str) -> Step | None:
    """Return the answer that is this one, sent twice."""
    found = last(row)
    if found is None or found.before_id != answers or found.by_id != by.pk or found.note != note:
        return None
    same = found.draft is not None and found.draft["terms"] == terms.as_json()
    return found if same and found.kind == Step.Kind.COUNTERED else None


def _stricter(before: Terms, terms: Terms) -> Terms:
    """Return the terms that need a guardian: nobody counters that away alone."""
    return before if signing.needs_guardian(before) else terms


def _check_other(before: Terms, terms: Terms) -> None:
    if terms.as_json() == before.as_json():
        raise Refused(
            "These are the terms that lie on the table",
            remedy="Change something, or sign what lies there.",
        )


def amend(place: Place, agreement: Agreement, terms: Terms, by: User, *, note: str = "") -> Offer:
    """Offer a new agreement in the place of one that stands. The same again is that offer.

    Either side may; the other signs it, counters it or declines it. Until it is signed, the
    agreement stands as it is.

    Raises
    ------
    Refused : the agreement was followed already, nobody has signed it in person, the terms are its
        own, another offer waits, or whoever asks may sign for neither party.
    """
    performer = agreement.performer
    with transaction.atomic():
        alone(performer)
        _check_amendable(agreement)
        _check_other(Terms.parse(agreement.terms), terms)
        made = draft(agreement.template, terms, agreement.language)
        waits = open_offers(performer.offers.filter(template=made.template)).first()
        if waits is not None:
            return _waiting(waits, agreement, terms)
        if _produces(performer, by):
            hand = signing.for_producer(producer(), by)
        else:
            strict = _stricter(Terms.parse(agreement.terms), terms)
            hand = signing.for_performer(place, performer, strict, by)
        offering.check_new(made, performer, agreement)
        return offering.opened(place, performer, made, hand, by, supersedes=agreement, note=note)


def _produces(performer: Performer, by: User) -> bool:
    sits = Seat.objects.filter(user=by, role=Seat.Role.PRODUCER).exists()
    return sits and performer.user_id != by.pk


def _check_amendable(agreement: Agreement) -> None:
    if agreement.kind != Agreement.Kind.INDIVIDUAL:
        raise Refused(
            f"An agreement that nobody signed in person is not amended ({agreement.kind})",
            where=str(agreement),
            remedy="Offer the performer an agreement of their own.",
        )
    if Agreement.objects.filter(supersedes=agreement).exists():
        raise Refused(
            "That agreement was followed by another already",
            where=str(agreement),
            remedy="Amend the one that stands now.",
        )


def _waiting(waits: Offer, agreement: Agreement, terms: Terms) -> Offer:
    if waits.supersedes_id == agreement.digest and waits.terms == terms.as_json():
        return waits
    raise Refused(
        "An offer waits for an answer already",
        where=str(waits),
        remedy="Answer it, or take it back, first.",
    )
