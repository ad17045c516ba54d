"""Giving leave for a single use and taking it back, each signed, logged and never changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from yesand.agreements.approval import Approved
from yesand.agreements.approving import words
from yesand.agreements.approving.models import Approval, ApprovalEnd
from yesand.agreements.approving.words import ENDED, GIVEN, Use
from yesand.agreements.models import Agreement
from yesand.agreements.signing.services import for_performer
from yesand.agreements.signing.shown import check_shown
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.models import Organisation, Performer, User
from yesand.people.services import organisation, signer_of
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind

#: Agreement → the uses that its performer agreed to and has not taken back.
Given = dict[str, tuple[Approved, ...]]


def approve(place: Place, agreement: Agreement, use: Use, by: User) -> tuple[Approval, bool]:
    """Agree to one use under an agreement that has its performer asked for each.

    The same use to the same day again, while it stands, changes nothing.

    Returns
    -------
    It, and whether it was given just now.

    Raises
    ------
    BadInput : a day that has passed, or no licensee of that name.
    Refused : the person may not sign for the performer; the agreement was replaced, does not
        license the use, or has nobody asked for it.
    """
    terms = Terms.parse(agreement.terms)
    hand = for_performer(place, agreement.performer, terms, by).as_json()
    licensee = _licensee(use.licensee)
    at = place.clock.now()
    _check_day(use.until, terms.day_of(at), terms)
    with transaction.atomic():
        Performer.objects.select_for_update().get(pk=agreement.performer_id)
        _check_asked(agreement, terms, use)
        known = _open(agreement).filter(licensee=licensee, until=use.until)
        same = known.filter(purpose=use.purpose, use_class=use.use_class).first()
        if same is not None:
            return same, False
        told = words.payload(use, agreement.digest, hand, stamp(at))
        digest = digest_of(told)
        made = Approval.objects.create(
            digest=digest,
            agreement=agreement,
            licensee=licensee,
            purpose=use.purpose,
            use_class=use.use_class,
            until=use.until,
            hand=hand,
            at=at,
            envelope=dsse.seal(told, [signer_of(place, agreement.performer)], GIVEN),
            entry=log.record(place, Kind.APPROVAL_GIVEN, digest),
        )
    return made, True


def end(place: Place, approval: Approval, by: User) -> bool:
    """Take leave back: the very next decision obeys. Tell whether it stood until now.

    Raises
    ------
    Refused : the person may not sign for the performer.
    """
    agreement = approval.agreement
    terms = Terms.parse(agreement.terms)
    hand = for_performer(place, agreement.performer, terms, by).as_json()
    with transaction.atomic():
        row = Approval.objects.select_for_update().get(pk=approval.pk)
        if ApprovalEnd.objects.filter(approval=row).exists():
            return False
        at = place.clock.now()
        told = words.ending(row.digest, hand, stamp(at))
        ApprovalEnd.objects.create(
            approval=row,
            hand=hand,
            at=at,
            envelope=dsse.seal(told, [signer_of(place, agreement.performer)], ENDED),
            entry=log.record(place, Kind.APPROVAL_ENDED, digest_of(told)),
        )
    return True


def given(log_size: int | None = None) -> Given:
    """Return the leave that stands under each agreement, now or at a size of the log."""
    begun, ended = {}, {}
    if log_size is not None:
        begun, ended = {"entry_id__lt": log_size}, {"ending__entry_id__lt": log_size}
    over = Approval.objects.filter(ending__isnull=False, **ended)
    rows = Approval.objects.filter(**begun).exclude(pk__in=over.values("pk"))
    found: dict[str, list[Approved]] = {}
    for row in rows.select_related("licensee").order_by("entry_id"):
        found.setdefault(row.agreement_id, []).append(seen(row))
    return {agreement: tuple(rows) for agreement, rows in found.items()}


def seen(row: Approval) -> Approved:
    """Return leave as decisions see it."""
    purpose, use_class = Purpose(row.purpose), UseClass(row.use_class)
    return Approved(row.licensee.slug, purpose, use_class, row.until, row.at)


def check(approval: Approval) -> Approved:
    """Return leave as decisions see it if it is signed exactly as the registry shows, its end too.

    Raises
    ------
    CheckFailed : a signature is missing or wrong, or a field differs from what was signed.
    """
    use = Use(
        approval.licensee.slug,
        Purpose(approval.purpose),
        UseClass(approval.use_class),
        approval.until,
    )
    shown = words.payload(use, approval.agreement_id, approval.hand, stamp(approval.at))
    public, where = approval.agreement.performer.public_key, str(approval)
    check_shown(shown, approval.envelope, public, GIVEN, where=where, name=approval.digest)
    last = ApprovalEnd.objects.filter(approval=approval).first()
    if last is not None:
        told = words.ending(approval.digest, last.hand, stamp(last.at))
        check_shown(told, last.envelope, public, ENDED, where=str(last))
    return seen(approval)


def _open(agreement: Agreement) -> Any:
    return Approval.objects.filter(agreement=agreement, ending=None)


def _licensee(slug: str) -> Organisation:
    found = organisation(slug)
    if found.kind != Organisation.Kind.LICENSEE:
        raise BadInput("That organisation is no licensee", where=slug)
    return found


def _check_day(until: date, today: date, terms: Terms) -> None:
    if until < today:
        raise BadInput("Its last day has passed", where=f"until {until}")
    if terms.valid_until is not None and until > terms.valid_until:
        raise BadInput(
            f"The agreement ends on {terms.valid_until}",
            where=f"until {until}",
            remedy="Choose that day or one before.",
        )


def _check_asked(agreement: Agreement, terms: Terms, use: Use) -> None:
    where = f"agreement {agreement.digest[:12]}"
    if Agreement.objects.filter(supersedes=agreement).exists():
        raise Refused("Another agreement took its place", where=where)
    if use.use_class not in terms.approval_per_use:
        raise Refused(
            f"Nobody is asked for each {use.use_class}",
            where=where,
            remedy="What is licensed of it, the agreement says by itself.",
        )
    if use.use_class not in terms.licensed or use.purpose not in terms.purposes:
        raise Refused(
            f"The agreement does not license {use.use_class} for {use.purpose}", where=where
        )
