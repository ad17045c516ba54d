"""Closing an obligation by its bearer's signed statement."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Q

from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.oversight.countdown import Countdown
from yesand.oversight.duties import Duty
from yesand.oversight.models import Fulfilment, Obligation
from yesand.people.models import Organisation, User
from yesand.people.services import signer_of
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate
from yesand.training.models import Deployment, TrainedModel

LONGEST = 4_000


def state(
    place: Place, obligation: Obligation, decommissioned: frozenset[str] | None = None
) -> Countdown:
    """Return how a duty stands now.

    Parameters
    ----------
    decommissioned : names of deployments that have ended, if the caller has them already.
    """
    done = hasattr(obligation, "fulfilment") or _ended(obligation, decommissioned)
    return Countdown.of(obligation.due, place.clock.now(), done=done)


def about_model(model: TrainedModel) -> Q:
    """Return the condition for a duty to be about a model: itself, its corpus, its service."""
    serving = Deployment.objects.filter(model=model).values_list("name", flat=True)
    subjects = [f"model:{model.name}", f"manifest:{model.manifest_id}"]
    return Q(subject__in=[*subjects, *(f"deployment:{name}" for name in serving)])


def fulfil(
    place: Place,
    obligation: Obligation,
    organisation: Organisation,
    statement: str,
    by: User | None = None,
) -> Fulfilment:
    """State that a duty was done, signed with its bearer's key and entered in the log.

    The same statement again is the one there is.

    Raises
    ------
    Refused : it is another's duty, one that no statement ends, one whose model still serves, or
        one that was stated to be done in other words. BadInput : nothing, or too much, is stated.
    """
    text = statement.strip()
    if not text or len(text) > LONGEST or "\x00" in text:
        raise BadInput(f"A statement has up to {LONGEST} characters of text", where="statement")
    _check_bearer(obligation, organisation)
    with transaction.atomic():
        log.wait_to_write()
        known = Fulfilment.objects.filter(obligation=obligation).first()
        if known and known.statement == text:
            return known
        if known:
            raise Refused("It was stated to be done already, in other words", where=str(obligation))
        _check_done(obligation)
        now = place.clock.now()
        payload = _payload(obligation, text, stamp(now))
        digest = digest_of(payload)
        return Fulfilment.objects.create(
            digest=digest,
            obligation=obligation,
            statement=text,
            by=by,
            envelope=dsse.seal(payload, [signer_of(place, organisation)]),
            at=now,
            entry=log.record(place, Kind.OBLIGATION_MET, digest),
        )


def _payload(obligation: Obligation, text: str, at: str) -> dict[str, Any]:
    told = {
        "at": at,
        "bearer": obligation.bearer.slug,
        "clause": obligation.clause,
        "due": stamp(obligation.due) if obligation.due else None,
        "duty": obligation.duty,
        "statement": text,
        "subject": obligation.subject,
    }
    return dsse.attest(Predicate.FULFILMENT, {"withdrawal": obligation.withdrawal_id}, told)


def _check_bearer(obligation: Obligation, organisation: Organisation) -> None:
    if obligation.bearer_id != organisation.pk:
        raise Refused(
            f"It is {obligation.bearer.slug}'s duty, not {organisation.slug}'s",
            where=str(obligation),
        )


def _check_done(obligation: Obligation) -> None:
    """Check what this house itself knows of it: a model that serves was not retired."""
    kind, _, name = obligation.subject.partition(":")
    if obligation.duty == Duty.PAY:
        raise Refused(
            "No statement ends the duty to pay",
            where=obligation.subject,
            remedy="End the deployment on its page: that is signed too.",
        )
    if kind != "model":
        return
    running = Deployment.objects.filter(model__name=name, decommission=None)
    if serving := running.order_by("name").values_list("name", flat=True).first():
        raise Refused(
            f"The model still serves as {serving}",
            where=obligation.subject,
            remedy="End that deployment first; then state what was done.",
        )


def _ended(obligation: Obligation, decommissioned: frozenset[str] | None) -> bool:
    """Tell whether what is to be paid for has ended."""
    if obligation.duty != Duty.PAY:
        return False
    name = obligation.subject.partition(":")[2]
    if decommissioned is not None:
        return name in decommissioned
    return Deployment.objects.filter(name=name).exclude(decommission=None).exists()
