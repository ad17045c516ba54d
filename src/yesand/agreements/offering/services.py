"""Offering an agreement, signing the last word once, declining it, taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from yesand.agreements.collective.services import check_floor
from yesand.agreements.drafts import Draft
from yesand.agreements.models import Agreement, Offer, Step
from yesand.agreements.negotiating.changing import changed
from yesand.agreements.negotiating.errors import Closed, Stale
from yesand.agreements.negotiating.steps.services import add, last, producer
from yesand.agreements.offering.speaking.services import (
    check_turn,
    hand_for,
    on_table,
    open_offers,
    turn,
)
from yesand.agreements.services import alone, sign
from yesand.agreements.signing import services as signing
from yesand.agreements.signing.hand import PRODUCER, TIME, Hand
from yesand.agreements.signing.minority.services import check_minor
from yesand.agreements.standards import ALL
from yesand.agreements.templates import asks_for, draft, standard
from yesand.agreements.terms import Terms
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.place import Place
from yesand.people.models import Performer, User

GUARDIAN = signing.GUARDIAN
#: What may be offered.
TEMPLATES = tuple(f"standard/{name}" for name in ALL)


def offer(
    place: Place,
    performer: Performer,
    template: str,
    by: User,
    *,
    stands_by: str = "none",
    minor: bool = False,
    comes_of_age: date | None = None,
    language: str = "en",
    variables: Mapping[str, str] | None = None,
    terms: Mapping[str, Any] | Terms | None = None,
    note: str = "",
) -> Offer:
    """Offer a standard agreement from today on. The same again is the offer that waits already.

    Parameters
    ----------
    stands_by : who advises the performer; where a guardian does, the guardian signs.
    comes_of_age : the day on which a minor does.
    language : the one that is signed.
    variables : what only the parties know, where the template asks for it.
    terms : in what it differs from the standard (``negotiating.changing``), or all that it says.
    note : what is said to the performer beside the terms.

    Raises
    ------
    BadInput : no such template, terms that do not hold, a minor without a guardian or the day that
        they come of age, a variable that is not set, or no such language.
    BelowFloor : less than the collective agreement that covers the performer.
    Refused : other terms of that template wait already, just these were signed before, or whoever
        offers does not sit for the producer.
    """
    made = drafted(
        place,
        template,
        stands_by=stands_by,
        minor=minor,
        comes_of_age=comes_of_age,
        language=language,
        variables=variables,
    )
    if terms:
        said = terms if isinstance(terms, Terms) else changed(made.terms, terms, where=template)
        made = draft(template, said, language)
        made.check()
    hand = signing.for_producer(producer(), by)
    with transaction.atomic():
        alone(performer)
        waits = open_offers(performer.offers.filter(template=template)).first()
        if waits is not None and not _lapse(place, waits):
            return _same(waits, made)
        check_new(made, performer, None)
        return opened(place, performer, made, hand, by, note=note)


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
    """Say the first word of a negotiation, in a transaction that has the performer to itself.

    Raises
    ------
    BelowFloor : less than the collective agreement that covers the performer.
    """
    check_minor(place, performer, made.terms, supersedes)
    check_floor(place, performer, made.terms)
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


def drafted(
    place: Place,
    template: str,
    *,
    stands_by: str = "none",
    minor: bool = False,
    comes_of_age: date | None = None,
    language: str = "en",
    variables: Mapping[str, str] | None = None,
) -> Draft:
    """Return a standard agreement from today on, as it would be offered.

    Raises
    ------
    BadInput : as for ``offer``.
    """
    if template not in TEMPLATES:
        raise BadInput(f"No agreement {template!r} to offer", remedy=f"Use {', '.join(TEMPLATES)}.")
    _check_asked(template, variables or {})
    made = standard(
        template.partition("/")[2],
        place.clock.now().date(),
        language=language,
        variables={"producer": producer().name, **(variables or {})},
        represented_by=stands_by,
        minor=minor,
        majority_on=comes_of_age,
    )
    made.check()
    return made


def _check_asked(template: str, given: Mapping[str, str]) -> None:
    """Refuse what the template has no place for: it would be lost without a word."""
    known = sorted(set(asks_for(template.partition("/")[2])) - {PRODUCER})
    unknown = [name for name, value in given.items() if value.strip() and name not in known]
    if unknown:
        raise BadInput(
            f"{template} does not ask for {', '.join(unknown)}",
            where="variables",
            remedy=f"It asks for {' and '.join(known)}." if known else "It asks for nothing.",
        )


def _same(waits: Offer, made: Draft) -> Offer:
    same = waits.terms == made.terms.as_json() and waits.language == made.language
    if same and waits.supersedes_id is None:
        return waits
    raise Refused(
        "An offer of that agreement waits for an answer already",
        where=str(waits),
        remedy="Take it back first, then offer the other.",
    )


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
    BelowFloor : a collective agreement has come to say more.
    """
    with transaction.atomic():
        alone(offered.performer)
        row = Offer.objects.select_related("agreement", "performer").get(pk=offered.pk)
        if row.agreement is not None:
            hand_for(place, row, Terms.parse(row.agreement.terms), by)
            return row.agreement, False
        word = check_open(place, row, answers)
        words = on_table(row, word)
        hand = hand_for(place, row, words.terms, by)
        check_turn(word, hand)
        check_new(words, row.performer, row.supersedes)
        check_minor(place, row.performer, words.terms, row.supersedes)
        check_floor(place, row.performer, words.terms)
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


def check_open(place: Place, row: Offer, answers: str | None) -> Step | None:
    """Return the last word if it is still open, and what was read.

    Raises
    ------
    Closed, Stale : which of the two it is. An answer that comes too late finds it closed.
    """
    if row.agreement_id is not None or row.ended_at is not None:
        raise Closed(
            "This offer is no longer open", where=str(row), remedy="Ask for a new one, or make it."
        )
    word = last(row)
    if overdue(place, word):
        raise Closed(
            "Nobody answered in time", where=str(row), remedy="Ask for a new offer, or make one."
        )
    if answers is not None and answers != (word.digest if word else ""):
        raise Stale(
            "There has been an answer since you opened this page",
            where=str(row),
            remedy="Read the newest word first; what you have filled in is kept.",
        )
    return word


def overdue(place: Place, word: Step | None) -> bool:
    """Tell whether the time to answer a word has passed."""
    return word is not None and word.answer_by is not None and place.clock.now() > word.answer_by


def _lapse(place: Place, row: Offer) -> bool:
    """Close a negotiation that nobody answered in time; tell whether it is one.

    The side whose word it was says so, with its key and by nobody's hand.
    """
    word = last(row)
    if word is None or not row.open or not overdue(place, word):
        return False
    party = row.performer if word.party == Step.Party.PERFORMER else producer()
    hand = Hand(word.party, TIME, party.public_key)
    add(place, row, Step.Kind.LAPSED, hand, word.by)
    row.ended_at, row.declined = place.clock.now(), False
    row.save(update_fields=["ended_at", "declined"])
    return True


def lapse(place: Place) -> int:
    """Close every negotiation that nobody answered in time; return how many."""
    closed = 0
    for row in list(open_offers(Offer.objects.all())):
        with transaction.atomic():
            alone(row.performer)
            closed += _lapse(place, Offer.objects.select_related("performer").get(pk=row.pk))
    return closed


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
