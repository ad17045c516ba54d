"""What the room of agreements holds about a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext

from yesand.agreements.collective.membership.services import forget
from yesand.agreements.collective.models import Membership
from yesand.agreements.models import Agreement, Approval, Offer, Step, Withdrawal
from yesand.agreements.scope import Scope
from yesand.kernel.place import Place
from yesand.people.models import Performer, User
from yesand.provenance import services as log
from yesand.provenance.models import Entry

_AGREEMENT = ("digest", "kind", "template", "language", "terms", "summary", "text", "signed_at")
_OFFER = "template terms summary text made_at agreement_id ended_at declined".split()
_LEAVE = "agreement_id licensee__name purpose use_class until at envelope ending__envelope".split()
_STEP = "digest thread number kind party hand draft note answer_by at envelope".split()


def held(user: User) -> dict[str, Any]:
    """Return the agreements and withdrawals, with the signed bytes."""
    withdrawn = Withdrawal.objects.filter(performer__user=user).order_by("at")
    signed = Agreement.objects.filter(performer__user=user).order_by("signed_at")
    offered = Offer.objects.filter(performer__user=user).order_by("made_at")
    leave = Approval.objects.filter(agreement__performer__user=user).order_by("entry_id")
    memberships = Membership.objects.filter(performer__user=user).order_by("entry_id")
    return {
        "offers": list(offered.values(*_OFFER)),
        "steps": list(_steps(user).order_by("thread", "number").values(*_STEP)),
        "agreements": list(signed.values(*_AGREEMENT, "envelope")),
        "memberships": list(memberships.values("union__name", "belongs", "at", "envelope")),
        "approvals": list(leave.values(*_LEAVE)),
        "withdrawals": list(withdrawn.values("digest", "scope", "reason", "at", "envelope")),
    }


def hindrances(place: Place, user: User) -> Iterator[str]:
    """What was permitted is first taken back: else it would go on without anybody to ask."""
    standing = _standing(user)
    if standing:
        yield ngettext(
            "%(n)d agreement of yours still stands: withdraw from everything first.",
            "%(n)d agreements of yours still stand: withdraw from everything first.",
            standing,
        ) % {"n": standing}


def _standing(user: User) -> int:
    """Count the agreements after which nothing has been withdrawn whole."""
    everything = Scope().as_json()
    whole = [
        row.entry_id
        for row in Withdrawal.objects.filter(performer__user=user)
        if row.scope == everything
    ]
    rows = Agreement.objects.filter(performer__user=user)
    return rows.filter(entry_id__gt=max(whole, default=-1)).count()


def stays(place: Place, user: User) -> Iterator[str]:
    """Say why a signed agreement is kept."""
    number = Agreement.objects.filter(performer__user=user).count()
    if number:
        yield gettext(
            "Signed agreements and withdrawals (%(n)d): proof of what was permitted "
            "(GDPR Art. 7(1), 17(3)(e)). Only producers and auditors of the house can read them."
        ) % {"n": number}


def erase(place: Place, user: User) -> None:
    """Delete what was offered and never signed; of each word that was said, keep that it was.

    Of which union somebody was is forgotten too (GDPR Art. 9).
    """
    unsigned = _steps(user).filter(offer__agreement=None)
    log.erase(Entry.objects.filter(pk__in=unsigned.values("entry")))
    unsigned.update(draft=None, note="", envelope={})
    Offer.objects.filter(performer__user=user, agreement=None).delete()
    forget(Performer.objects.filter(user=user))


def _steps(user: User) -> QuerySet[Step]:
    return Step.objects.filter(offer__performer__user=user)
