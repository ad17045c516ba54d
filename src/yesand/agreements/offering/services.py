"""Offering an agreement, signing what was offered once, declining it, taking it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from yesand.agreements.drafts import Draft
from yesand.agreements.models import Agreement, Offer
from yesand.agreements.services import alone, sign
from yesand.agreements.standards import ALL
from yesand.agreements.templates import standard
from yesand.agreements.terms import Terms
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.acting import SIGN
from yesand.people.models import Delegation, Organisation, Performer, User
from yesand.people.seats import PRODUCER
from yesand.people.services import organisation
from yesand.people.sight import Sight

GUARDIAN = "guardian"
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
) -> Offer:
    """Offer a standard agreement from today on. The same again is the offer that waits already.

    Parameters
    ----------
    stands_by : who advises the performer; where a guardian does, the guardian signs.
    comes_of_age : the day on which a minor does.
    language : the one that is signed.
    variables : what only the parties know, where the template asks for it.

    Raises
    ------
    BadInput : no such template, a minor without a guardian or the day that they come of age, a
        variable that is not set, or no such language.
    Refused : other terms of that template wait already, or just these were signed before.
    """
    who = {"represented_by": stands_by, "minor": minor, "majority_on": comes_of_age}
    made = _drafted(place, template, who, language, variables or {})
    with transaction.atomic():
        alone(performer)
        waits = open_offers(performer.offers.filter(template=template)).first()
        if waits is not None:
            return _same(waits, made)
        _check_new(made, performer)
        return Offer.objects.create(
            performer=performer,
            template=template,
            language=made.language,
            terms=made.terms.as_json(),
            summary=made.summary,
            text=made.text,
            made_by=by,
            made_at=place.clock.now(),
        )


def _drafted(
    place: Place, template: str, who: dict[str, Any], language: str, variables: Mapping[str, str]
) -> Draft:
    if template not in TEMPLATES:
        raise BadInput(f"No agreement {template!r} to offer", remedy=f"Use {', '.join(TEMPLATES)}.")
    made = standard(
        template.partition("/")[2],
        place.clock.now().date(),
        language=language,
        variables={"producer": _producer().name, **variables},
        **who,
    )
    made.check()
    return made


def _same(waits: Offer, made: Draft) -> Offer:
    if waits.terms == made.terms.as_json() and waits.language == made.language:
        return waits
    raise Refused(
        "An offer of that agreement waits for a signature already",
        where=str(waits),
        remedy="Take it back first, then offer the other.",
    )


def open_offers(rows: QuerySet[Offer]) -> QuerySet[Offer]:
    """Return those that wait for a signature, the longest waiting first."""
    waits = rows.filter(agreement=None, ended_at=None)
    return waits.select_related("performer").order_by("made_at", "pk")


def may_sign(sight: Sight, offered: Offer) -> bool:
    """Tell whether somebody may sign: the performer, or who acts for them with that right."""
    if Terms.parse(offered.terms).represented_by != GUARDIAN:
        return sight.may(SIGN, offered.performer)
    return any(
        a.performer == offered.performer and a.kind == Delegation.Kind.GUARDIAN and SIGN in a.scopes
        for a in sight.acting
    )


def waiting_for(sight: Sight) -> Iterator[Offer]:
    """Yield the offers that somebody may sign, the longest waiting first."""
    for row in open_offers(Offer.objects.filter(performer__in=sight.performers(SIGN))):
        if may_sign(sight, row):
            yield row


def signed(place: Place, offered: Offer, by: User) -> tuple[Agreement, bool]:
    """Sign what was offered with both parties' keys; again, or in two tabs, it is signed once.

    Returns
    -------
    The agreement, and whether it was signed just now.

    Raises
    ------
    Refused : it was declined or taken back.
    """
    with transaction.atomic():
        alone(offered.performer)
        row = Offer.objects.select_related("agreement").get(pk=offered.pk)
        if row.agreement is not None:
            return row.agreement, False
        if row.ended_at is not None:
            raise Refused(
                "This offer is no longer open",
                where=str(row),
                remedy="Ask the producer for a new one.",
            )
        words = as_draft(row)
        _check_new(words, row.performer)
        row.agreement = sign(place, words, row.performer, _producer())
        row.signed_by = by
        row.save(update_fields=["agreement", "signed_by"])
    return row.agreement, True


def as_draft(offered: Offer) -> Draft:
    """Return an offer's terms and words, as they are signed."""
    return Draft(
        offered.template,
        Terms.parse(offered.terms),
        offered.summary,
        offered.text,
        offered.language,
    )


def end(place: Place, offered: Offer, *, declined: bool) -> bool:
    """Decline an offer, or take it back; return whether it was open until now."""
    now = place.clock.now()
    rows = Offer.objects.filter(pk=offered.pk, agreement=None, ended_at=None)
    with transaction.atomic():
        alone(offered.performer)
        return bool(rows.update(ended_at=now, declined=declined))


def _producer() -> Organisation:
    return organisation(PRODUCER)


def _check_new(words: Draft, performer: Performer) -> None:
    """Refuse what was signed already: the same words of the same day are the same agreement."""
    kind = Agreement.Kind.INDIVIDUAL.value
    payload = words.payload(kind, performer.public_key, _producer().public_key, None)
    if Agreement.objects.filter(digest=digest_of(payload)).exists():
        raise Refused(
            "Just this agreement was signed already",
            where=f"{words.template}, {performer}",
            remedy="If it was withdrawn since, offer it anew from tomorrow on.",
        )
