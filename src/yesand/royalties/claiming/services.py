"""Claims to usage that waits in escrow, and what a producer decides of them.

A claim moves no money: claimed usage is settled once its deployment is registered.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy

from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people.mailing.services import tell
from yesand.people.models import Organisation, Performer, Seat, User
from yesand.people.sight import Sight
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.royalties.models import UsageClaim, UsageClaimDecision
from yesand.royalties.totals import Held
from yesand.training.models import Deployment

LONGEST = 2_000
_SUBJECT = gettext_lazy("Your claim to usage was decided")
_WORDS = gettext_lazy("The producer has decided your claim to usage that waits in escrow.")
_CLAIMED = gettext_lazy("Usage in escrow is claimed")
_CLAIMED_WORDS = gettext_lazy("Somebody says that usage which waits in escrow is theirs.")


def waiting(place: Place) -> list[Held]:
    """Return the usage that waits, by deployment and month."""
    from yesand.royalties.metering.services import escrow  # DuckDB and Ibis take long to load

    return sorted(escrow(place), key=lambda row: (row.period, row.deployment, row.unit))


def seen(place: Place, sight: Sight) -> list[Held]:
    """Return what of it a person sees: of others, only what no registered deployment names."""
    rows = waiting(place)
    if sight.everything:
        return rows
    known = set(Deployment.objects.values_list("name", flat=True))
    return [row for row in rows if row.deployment not in known]


def claim(
    place: Place,
    deployment: str,
    period: str,
    evidence: str,
    by: User,
    licensee: Organisation | None = None,
    performer: Performer | None = None,
) -> UsageClaim:
    """Say that usage in escrow is one's own; the same claim again is the first one.

    Raises
    ------
    BadInput : no evidence, or for neither or both of a licensee and a performer.
    NotFound : no such usage waits.
    """
    evidence = evidence.strip()
    if not 0 < len(evidence) <= LONGEST:
        raise BadInput(f"Say how it shows, in up to {LONGEST:,} characters", where="evidence")
    if (licensee is None) == (performer is None):
        raise BadInput("Say for whom: one licensee, or one performer")
    if not any((row.deployment, row.period) == (deployment, period) for row in waiting(place)):
        raise NotFound("No usage of that name and month waits", where=f"{deployment[:80]} {period}")
    with transaction.atomic():
        log.wait_to_write()
        same = {"deployment": deployment, "usage_period": period, "evidence": evidence}
        whose = {"licensee": licensee, "performer": performer}
        known = UsageClaim.objects.filter(**same, **whose).first()
        if known is not None:
            return known
        who = licensee.public_key if licensee else performer.public_key if performer else ""
        name = digest_of({**same, "claimant": who})
        made = UsageClaim.objects.create(
            digest=name,
            by=by,
            at=place.clock.now(),
            entry=log.record(place, Kind.CLAIM_MADE, name),
            **same,
            **whose,
        )
        for seat in Seat.objects.filter(role=Seat.Role.PRODUCER).select_related("user"):
            tell(seat.user, f"claim.{name}", _CLAIMED, _CLAIMED_WORDS, {}, "claims")
    return made


def decide(
    place: Place, made: UsageClaim, accepted: bool, words: str, by: User
) -> UsageClaimDecision:
    """Accept a claim or reject it, and say why; it is for the producer to register what follows.

    Raises
    ------
    BadInput : no words. Refused : decided already, the other way.
    """
    words = words.strip()
    if not 0 < len(words) <= LONGEST:
        raise BadInput(f"Say why, in up to {LONGEST:,} characters", where="words")
    with transaction.atomic():
        log.wait_to_write()
        known = UsageClaimDecision.objects.filter(claim=made).first()
        if known is not None:
            if known.accepted == accepted:
                return known
            raise Refused("That claim is decided already", where=str(known))
        told = {"accepted": accepted, "claim": made.digest, "words": words}
        decided = UsageClaimDecision.objects.create(
            claim=made,
            accepted=accepted,
            words=words,
            by=by,
            at=place.clock.now(),
            entry=log.record(place, Kind.CLAIM_DECIDED, digest_of(told)),
        )
        tell(made.by, f"claim.{made.digest}.decided", _SUBJECT, _WORDS, {}, "claims")
    return decided


def claim_named(name: str) -> UsageClaim:
    """Return the claim of a digest, or of how it begins; NotFound if there is none."""
    found = list(UsageClaim.objects.filter(digest__startswith=name.strip().lower())[:2])
    if not name.strip() or len(found) != 1:
        raise NotFound("No such claim, or more than one", where=name[:64])
    return found[0]
