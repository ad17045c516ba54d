"""Offering an agreement, signing the last word once, declining it, taking it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from yesand.agreements.drafts import Draft
from yesand.agreements.models import Agreement, Offer, Step
from yesand.agreements.negotiating.changing import changed
from yesand.agreements.negotiating.errors import Closed, NotYourTurn, Stale
from yesand.agreements.negotiating.step import draft_of
from yesand.agreements.negotiating.steps.services import add, last, producer
from yesand.agreements.services import alone, sign
from yesand.agreements.signing import services as signing
from yesand.agreements.signing.hand import PRODUCER, Hand
from yesand.agreements.templates import STANDARDS, draft, standard
from yesand.agreements.terms import Terms
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.place import Place
from yesand.people.acting import SIGN
from yesand.people.models import Delegation, Performer, Seat, User
from yesand.people.sight import Sight

GUARDIAN = signing.GUARDIAN
#: What may be offered.
TEMPLATES = tuple(f"standard/{name}" for name in STANDARDS)


def offer(
    place: Place,
    performer: Performer,
    template: str,
    by: User,
    *,
    stands_by: str = "none",
    minor: bool = False,
    terms: Mapping[str, Any] | None = None,
) -> Offer:
    """Offer a standard agreement from today on. The same again is the offer that waits already.

    Parameters
    ----------
    stands_by : who advises the performer; where a guardian does, the guardian signs.
    terms : in what it differs from the standard (``negotiating.changing``).

    Raises
    ------
    BadInput : no such template, terms that do not hold, or a minor without a guardian.
    Refused : other terms of that template wait already, just these were signed before, or whoever
        offers does not sit for the producer.
    """
    told = {"represented_by": stands_by, "minor": minor, **(terms or {})}
    made = _drafted(place, template, told)
    hand = signing.for_producer(producer(), by)
    with transaction.atomic():
        alone(performer)
        waits = open_offers(performer.offers.filter(template=template)).first()
        if waits is not None:
            return _same(waits, made)
        check_new(made, performer, None)
        return opened(place, performer, made, hand, by)


def opened(
    place: Place,
    performer: Performer,
    made: Draft,
    hand: Hand,
    by: User,
    *,
    supersedes: Agreement | None = None,
    note: str = "",
) -> Offer:
    """Say the first word of a negotiation, in a transaction that has the performer to itself."""
    row = Offer.objects.create(
        performer=performer,
        template=made.template,
        language=made.language,
        terms=made.terms.as_json(),
        summary=made.summary,
        text=made.text,
        made_by=by,
        made_at=place.clock.now(),
        supersedes=supersedes,
    )
    add(place, row, Step.Kind.OFFERED, hand, by, draft=made, note=note)
    return row


def _drafted(place: Place, template: str, told: Mapping[str, Any]) -> Draft:
    if template not in TEMPLATES:
        raise BadInput(f"No agreement {template!r} to offer", remedy=f"Use {', '.join(TEMPLATES)}.")
    terms = standard(template.partition("/")[2], place.clock.now().date()).terms
    return draft(template, changed(terms, told, where=template))


def _same(waits: Offer, made: Draft) -> Offer:
    if waits.terms == made.terms.as_json() and waits.supersedes_id is None:
        return waits
    raise Refused(
        "An offer of that agreement waits for an answer already",
        where=str(waits),
        remedy="Take it back first, then offer the other.",
    )


def open_offers(rows: QuerySet[Offer]) -> QuerySet[Offer]:
    """Return those that wait for an answer, the longest waiting first."""
    waits = rows.filter(agreement=None, ended_at=None)
    return waits.select_related("performer").order_by("made_at", "pk")


def on_table(offered: Offer, word: Step | None) -> Draft:
    """Return the terms and words that would be signed: those of the last word."""
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


def signed(
    place: Place, offered: Offer, by: User, answers: str | None = None
) -> tuple[Agreement, bool]:
    """Sign the last word with both parties' keys; again, or in two tabs, it is signed once.

    Parameters
    ----------
    answers : the digest of the word that the person has read; none: whatever is the last.

    Returns
    -------
    The agreement, and whether it was signed just now.

    Raises
    ------
    Closed : it was declined or taken back. Stale : it is not what the person has read.
    NotYourTurn : the last word is their own. Refused : they may not sign.
    """
    with transaction.atomic():
        alone(offered.performer)
        row = Offer.objects.select_related("agreement", "performer").get(pk=offered.pk)
        if row.agreement is not None:
            return row.agreement, False
        word = check_open(row, answers)
        words = on_table(row, word)
        hand = hand_for(place, row, words.terms, by)
        check_turn(word, hand)
        check_new(words, row.performer, row.supersedes)
        hands = [word.hand if word else _producers(), hand.as_json()]
        row.agreement = sign(
            place, words, row.performer, producer(), supersedes=row.supersedes, signatories=hands
        )
        add(place, row, Step.Kind.ACCEPTED, hand, by, agreement=row.agreement)
        row.signed_by = by
        row.save(update_fields=["agreement", "signed_by"])
    return row.agreement, True


def _producers() -> dict[str, Any]:
    """Return the hand of an offer from before steps were kept: only producers made any."""
    return Hand(PRODUCER, PRODUCER, producer().public_key).as_json()


def check_open(row: Offer, answers: str | None) -> Step | None:
    """Return the last word if it is still open, and what was read.

    Raises
    ------
    Closed, Stale : which of the two it is.
    """
    if row.agreement_id is not None or row.ended_at is not None:
        raise Closed(
            "This offer is no longer open", where=str(row), remedy="Ask for a new one, or make it."
        )
    word = last(row)
    if answers is not None and answers != (word.digest if word else ""):
        raise Stale(
            "There has been an answer since you opened this page",
            where=str(row),
            remedy="Read the newest word first; what you have filled in is kept.",
        )
    return word


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


def end(place: Place, offered: Offer, by: User) -> bool:
    """Decline the last word, or take one's own back; tell whether it was open until now.

    Raises
    ------
    Refused : whoever asks may speak for neither party.
    """
    with transaction.atomic():
        alone(offered.performer)
        row = Offer.objects.select_related("performer").get(pk=offered.pk)
        word = last(row)
        hand = hand_for(place, row, on_table(row, word).terms, by)
        if not row.open:
            return False
        declined = turn(word) == hand.party
        kind = Step.Kind.DECLINED if declined else Step.Kind.TAKEN_BACK
        add(place, row, kind, hand, by)
        row.ended_at, row.declined = place.clock.now(), declined
        row.save(update_fields=["ended_at", "declined"])
    return True


def check_new(words: Draft, performer: Performer, supersedes: Agreement | None) -> None:
    """Refuse what was signed already: the same words of the same day are the same agreement.

    Raises
    ------
    Refused : just that was signed.
    """
    rows = Agreement.objects.filter(
        performer=performer,
        kind=Agreement.Kind.INDIVIDUAL,
        template=words.template,
        language=words.language,
        supersedes=supersedes,
    )
    plain = words.terms.as_json()
    if any(row.terms == plain and row.text == words.text for row in rows):
        raise Refused(
            "Just this agreement was signed already",
            where=f"{words.template}, {performer}",
            remedy="If it was withdrawn since, offer it anew from tomorrow on.",
        )
