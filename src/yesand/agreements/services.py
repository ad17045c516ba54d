"""Signing, following, checking and withdrawing agreements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from yesand.agreements import scope as scopes
from yesand.agreements.approving.services import given
from yesand.agreements.chain import heads
from yesand.agreements.decision import Withdrawn
from yesand.agreements.drafts import PAYLOAD_TYPE, Draft
from yesand.agreements.models import Agreement, Withdrawal
from yesand.agreements.negotiating.state import State, state
from yesand.agreements.receipt import receipt
from yesand.agreements.scope import Scope
from yesand.agreements.standing import Standing
from yesand.agreements.suspending.services import reaching
from yesand.agreements.suspending.suspension import stopping
from yesand.agreements.terms import Terms
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.keys import key_id
from yesand.kernel.place import Place
from yesand.people.models import Organisation, Performer
from yesand.people.services import signer_of
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind


def sign(
    place: Place,
    draft: Draft,
    performer: Performer,
    producer: Organisation,
    kind: Agreement.Kind = Agreement.Kind.INDIVIDUAL,
    supersedes: Agreement | None = None,
    signatories: Sequence[Mapping[str, Any]] | None = None,
) -> Agreement:
    """Sign a draft with both parties' keys and enter it in the log.

    ``signatories`` tell by whose hand each party signs. A public corpus's own licence is signed by
    the producer alone, who recorded it.
    The same draft between the same parties twice is the same agreement.

    Raises
    ------
    BadInput : trial terms signed as anything but a trial, or the other way round.
    Refused : it follows another performer's agreement, or one that was followed already.
    """
    payload = draft.payload(
        kind.value,
        performer.public_key,
        producer.public_key,
        supersedes.digest if supersedes else None,
        signatories,
    )
    digest = digest_of(payload)
    known = Agreement.objects.filter(digest=digest).first()
    if known:
        return known
    _check_footing(draft, kind)
    parties = _signing(kind, performer, producer)
    envelope = dsse.seal(payload, [signer_of(place, p) for p in parties], PAYLOAD_TYPE)
    with transaction.atomic():
        if supersedes:
            _check_follows(performer, supersedes)
        entry = log.record(place, Kind.AGREEMENT_SIGNED, digest)
        return Agreement.objects.create(
            digest=digest,
            kind=kind,
            performer=performer,
            producer=producer,
            template=draft.template,
            language=draft.language,
            terms=draft.terms.as_json(),
            summary=draft.summary,
            text=draft.text,
            envelope=envelope,
            signed_at=place.clock.now(),
            supersedes=supersedes,
            signatories=list(signatories) if signatories is not None else None,
            entry=entry,
        )


def current(agreement: Agreement) -> Agreement:
    """Return the agreement that stands now in a chain of superseding ones."""
    while True:
        later = Agreement.objects.filter(supersedes=agreement).first()
        if later is None:
            return agreement
        agreement = later


def check(agreement: Agreement) -> Terms:
    """Return an agreement's terms if its parties signed exactly what the registry shows.

    Raises
    ------
    CheckFailed : a signature is missing or wrong, or a field differs from what was signed.
    """
    parties = _signing(Agreement.Kind(agreement.kind), agreement.performer, agreement.producer)
    payload = dsse.opened(agreement.envelope, _keys(parties), PAYLOAD_TYPE)
    shown = {
        "kind": agreement.kind,
        "language": agreement.language,
        "performer": agreement.performer.public_key,
        "producer": agreement.producer.public_key,
        "summary": agreement.summary,
        "supersedes": agreement.supersedes_id,
        "template": agreement.template,
        "terms": agreement.terms,
        "text": agreement.text,
    }
    if agreement.signatories is not None:
        shown["signatories"] = agreement.signatories
    _same(payload, shown, f"agreement {agreement.digest[:12]}")
    _same(digest_of(payload), agreement.digest, "the agreement's name")
    return Terms.parse(agreement.terms)


def receipt_of(place: Place, agreement: Agreement) -> dict[str, Any]:
    """Return what proves an agreement to whoever has nothing else: see ``agreements.receipt``."""
    logged = log.receipt(place, agreement.entry)
    return receipt(agreement.envelope, agreement.digest, logged)


def withdraw(
    place: Place,
    performer: Performer,
    scope: Scope | Mapping[str, Any] | None = None,
    reason: str = "",
) -> Withdrawal:
    """Take permission back, whole or in part, signed with the performer's key.

    The same scope again changes nothing, unless the performer has signed a new agreement since.

    Parameters
    ----------
    scope : what is taken back, as a ``Scope`` or its fields; everything, if not told.

    Raises
    ------
    Refused : there is nothing to withdraw. BadInput : a scope that does not hold.
    """
    scope = scope if isinstance(scope, Scope) else Scope.parse(scope or {})
    if not Agreement.objects.filter(performer=performer).exists():
        raise Refused("There is no agreement to withdraw from", where=performer.handle)
    with transaction.atomic():
        alone(performer)
        open_one = standing_withdrawal(performer, scope)
        if open_one:
            return open_one
        now = place.clock.now()
        before = _last_before(performer)
        payload = _withdrawal_payload(performer, scope.as_json(), reason, stamp(now), before)
        digest = digest_of(payload)
        return Withdrawal.objects.create(
            digest=digest,
            performer=performer,
            scope=scope.as_json(),
            reason=reason,
            at=now,
            envelope=dsse.seal(payload, [signer_of(place, performer)], scopes.PAYLOAD_TYPE),
            entry=log.record(place, Kind.AGREEMENT_WITHDRAWN, digest),
        )


def alone(performer: Performer) -> None:
    """Wait, in a transaction, until nobody else changes what the performer has agreed to."""
    # SQLite's BEGIN IMMEDIATE already lets one writer in; PostgreSQL locks the row.
    Performer.objects.select_for_update().get(pk=performer.pk)


def standing_withdrawal(performer: Performer, scope: Scope) -> Withdrawal | None:
    """Return the withdrawal of exactly that scope that stands: made, and not signed anew since."""
    same = [w for w in withdrawals_of(performer) if Scope.parse(w.scope) == scope]
    signed = Agreement.objects.filter(performer=performer, kind=Agreement.Kind.INDIVIDUAL)
    if not same or signed.filter(entry_id__gt=same[-1].entry_id).exists():
        return None
    return same[-1]


def withdrawals_of(performer: Performer) -> list[Withdrawal]:
    """Return what a performer withdrew, in order."""
    return list(Withdrawal.objects.filter(performer=performer).order_by("entry_id"))


def check_withdrawal(withdrawal: Withdrawal) -> Scope:
    """Return a withdrawal's scope if the performer signed exactly what the registry shows.

    Raises
    ------
    CheckFailed : the signature is missing or wrong, or a field differs from what was signed.
    """
    performer = withdrawal.performer
    payload = dsse.opened(withdrawal.envelope, _keys([performer]), scopes.PAYLOAD_TYPE)
    before = _last_before(performer, withdrawal.entry_id)
    at = stamp(withdrawal.at)
    shown = _withdrawal_payload(performer, withdrawal.scope, withdrawal.reason, at, before)
    _same(payload, shown, f"withdrawal {withdrawal.digest[:12]}")
    _same(digest_of(payload), withdrawal.digest, "the withdrawal's name")
    return Scope.parse(withdrawal.scope)


def standings(log_size: int | None = None) -> dict[str, Standing]:
    """Return what stands for every agreement, now or as it was when the log had that size."""
    upto = {} if log_size is None else {"entry_id__lt": log_size}
    rows = {a.digest: a for a in Agreement.objects.filter(**upto).defer("envelope", "text")}
    taken = _withdrawn_by_performer(upto)
    read, suspended, leave = _reader_of_terms(), reaching(log_size), given(log_size)
    found = {}
    for first, head in heads({d: a.supersedes_id for d, a in rows.items()}).items():
        row = rows[head]
        name, terms = read(row.terms)
        against = _against(row, taken.get(row.performer_id, []))
        found[first] = Standing(
            head, terms, name, against, leave.get(head, ()), suspended(row, terms)
        )
    return found


def standing_of(agreement: Agreement) -> Standing:
    """Return what stands for one agreement now: the head of its chain, less what was withdrawn."""
    head = current(agreement)
    terms = Terms.parse(head.terms)
    return Standing(
        head.digest,
        terms,
        digest_of(head.terms),
        against(head),
        given().get(head.digest, ()),
        reaching()(head, terms),
    )


def against(agreement: Agreement) -> tuple[Withdrawn, ...]:
    """Return what its performer took back of an agreement and has not given again since."""
    rows = withdrawals_of(agreement.performer)
    taken = [(row.entry_id, Scope.parse(row.scope).since(row.at)) for row in rows]
    return _against(agreement, taken)


def state_of(agreement: Agreement, now: datetime) -> State:
    """Return what an agreement is at a moment: in force, or why it is not."""
    terms = Terms.parse(agreement.terms)
    return state(
        terms,
        now,
        followed=Agreement.objects.filter(supersedes=agreement).exists(),
        withdrawals=against(agreement),
        suspended=bool(stopping(terms, reaching()(agreement, terms))),
    )


def _reader_of_terms() -> Callable[[Any], tuple[str, Terms]]:
    """Return a reader of stored terms that parses equal ones once; it gives their digest too."""
    known: dict[str, Terms] = {}

    def read(stored: Any) -> tuple[str, Terms]:
        name = digest_of(stored)
        if name not in known:
            known[name] = Terms.parse(stored)
        return name, known[name]

    return read


def _against(agreement: Agreement, taken: list[tuple[int, Withdrawn]]) -> tuple[Withdrawn, ...]:
    # Only the performer's own later signature reopens what they took back.
    own = agreement.kind == Agreement.Kind.INDIVIDUAL
    return tuple(w for entry, w in taken if not own or entry > agreement.entry_id)


def _withdrawn_by_performer(upto: dict[str, Any]) -> dict[int, list[tuple[int, Withdrawn]]]:
    found: dict[int, list[tuple[int, Withdrawn]]] = {}
    for row in Withdrawal.objects.filter(**upto).order_by("entry_id"):
        seen = Scope.parse(row.scope).since(row.at)
        found.setdefault(row.performer_id, []).append((row.entry_id, seen))
    return found


def _signing(
    kind: Agreement.Kind, performer: Performer, producer: Organisation
) -> list[Performer | Organisation]:
    return [producer] if kind == Agreement.Kind.LICENCE else [producer, performer]


def _keys(parties: list[Performer | Organisation] | list[Performer]) -> dict[str, bytes]:
    keys = [bytes.fromhex(party.public_key) for party in parties]
    return {key_id(key): key for key in keys}


def _check_footing(draft: Draft, kind: Agreement.Kind) -> None:
    if draft.terms.trial != (kind == Agreement.Kind.TRIAL):
        raise BadInput("Trial terms are signed as a trial, and no others are", where=draft.template)


def _check_follows(performer: Performer, before: Agreement) -> None:
    if before.performer_id != performer.pk:
        raise Refused("It would follow another performer's agreement", where=str(before))
    if Agreement.objects.filter(supersedes=before).exists():
        raise Refused(
            "That agreement was followed by another already",
            where=str(before),
            remedy="Follow the one that stands now.",
        )


def _last_before(performer: Performer, entry: int | None = None) -> str | None:
    earlier = Withdrawal.objects.filter(performer=performer)
    if entry is not None:
        earlier = earlier.filter(entry_id__lt=entry)
    return earlier.order_by("-entry_id").values_list("digest", flat=True).first()


def _withdrawal_payload(
    performer: Performer, scope: Any, reason: str, at: str, before: str | None
) -> dict[str, Any]:
    # Naming the one before keeps two withdrawals of one moment apart.
    return {
        "at": at,
        "before": before,
        "performer": performer.public_key,
        "reason": reason,
        "scope": scope,
    }


def _same(signed: Any, shown: Any, where: str) -> None:
    if signed == shown:
        return
    fields = [k for k in shown if signed.get(k) != shown[k]] if isinstance(shown, dict) else []
    raise CheckFailed(
        f"The registry shows other than what was signed: {', '.join(fields) or shown}", where=where
    )
