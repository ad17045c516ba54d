"""Telling licensees what was withdrawn, and the pages to poll of all that they are told."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction

from yesand.agreements.models import Withdrawal
from yesand.agreements.scope import Scope
from yesand.corpus.models import Manifest
from yesand.corpus.services import find
from yesand.kernel.clock import stamp
from yesand.kernel.errors import CheckFailed, NotFound
from yesand.kernel.place import Place
from yesand.oversight.feed.entering.services import Order, enter
from yesand.oversight.feed.notice import Held, Notice, Task, notice
from yesand.oversight.feed.pages import PER_PAGE, seal_head, seal_page
from yesand.oversight.feed.suspending.services import tell
from yesand.oversight.models import Obligation, Revocation
from yesand.oversight.services import held
from yesand.people.models import Organisation, Performer
from yesand.provenance import services as log
from yesand.provenance.note import Checkpoint
from yesand.provenance.proof import Proof
from yesand.provenance.receipt import logged
from yesand.takes.models import Take

#: What a licensee may know of how a withdrawal was narrowed; which others it names is not theirs.
_NARROWED = ("purposes", "use_classes", "modalities")


def notify(place: Place, withdrawal: Withdrawal) -> list[Revocation]:
    """Enter a notice in the feed of every licensee that a withdrawal concerns; each is told once.

    Call it in the transaction that makes the withdrawal, after its obligations are raised.
    """
    by_licensee: dict[Organisation, list[Manifest]] = {}
    scope = Scope.parse(withdrawal.scope)
    for manifest in held(place, withdrawal.performer, scope, before=withdrawal.entry_id):
        by_licensee.setdefault(manifest.licensee, []).append(manifest)
    told = set(withdrawal.revocations.values_list("licensee", flat=True))
    return [
        enter(
            place,
            licensee,
            partial(_notice, place, withdrawal, licensee, manifests),
            withdrawal=withdrawal,
        )
        for licensee, manifests in sorted(by_licensee.items(), key=lambda pair: pair[0].pk)
        if licensee.pk not in told
    ]


def catch_up(place: Place, licensee: Organisation) -> None:
    """Enter what a licensee was not told of yet.

    That is withdrawals from before there was a feed, and what has come to be suspended or free
    without a suspension's beginning or end: by who joined or left a union, or signed anew.
    """
    owed = Obligation.objects.filter(bearer=licensee, duty=Obligation.Duty.STOP)
    untold = Withdrawal.objects.filter(obligations__in=owed).exclude(
        pk__in=Revocation.objects.filter(licensee=licensee).values("withdrawal")
    )
    for withdrawal in untold.distinct().order_by("entry_id"):
        with transaction.atomic():
            log.wait_to_write()
            notify(place, withdrawal)
    tell(place, licensee)


def head(place: Place, licensee: Organisation, seen: Iterable[int] = ()) -> dict[str, Any]:
    """Return the signed head of a licensee's feed.

    Parameters
    ----------
    seen : sizes of the log that the reader knows; the proofs that this log begins so are in it.
    """
    catch_up(place, licensee)
    signed, tree = log.checkpoint(place), log.log_of(place)
    size = tree.size
    rows = Revocation.objects.filter(licensee=licensee)
    last = rows.order_by("-number").first()
    told = {
        "house": place.origin,
        "licensee": licensee.slug,
        "at": stamp(place.clock.now()),
        "count": last.number if last else 0,
        "last": last.digest if last else None,
    }
    grown = {n: tree.consistency(n, size) for n in sorted(set(seen)) if 0 < n < size}
    return seal_head(place.signer, told, signed, grown)


def page(place: Place, licensee: Organisation, number: int) -> tuple[dict[str, Any], bool]:
    """Return a signed page of a licensee's feed, and whether it is full and so never changes.

    Raises
    ------
    NotFound : there is no such page.
    """
    first = number * PER_PAGE + 1
    rows = Revocation.objects.filter(licensee=licensee, number__gte=first).order_by("number")
    found = list(rows.select_related("entry")[:PER_PAGE])
    if not found:
        raise NotFound("The feed has no such page", where=f"page {number}")
    size = found[-1].entry_id + 1
    log.publish(place, size)
    signed = _checkpoint_at(place, size)
    items = [{"envelope": r.envelope, "logged": _logged(place, r, size, signed)} for r in found]
    sealed = seal_page(place.signer, place.origin, licensee.slug, number, items)
    return sealed, len(found) == PER_PAGE


def _notice(
    place: Place,
    withdrawal: Withdrawal,
    licensee: Organisation,
    manifests: list[Manifest],
    order: Order,
) -> Notice:
    return notice(
        (place.origin, licensee.slug),
        order,
        (withdrawal.at, withdrawal.entry_id, _narrowed(withdrawal)),
        [_held(place, manifest, withdrawal) for manifest in manifests],
        _tasks(withdrawal, licensee),
    )


def _narrowed(withdrawal: Withdrawal) -> dict[str, list[str]]:
    return {name: withdrawal.scope.get(name, []) for name in _NARROWED}


def _held(place: Place, manifest: Manifest, withdrawal: Withdrawal) -> Held:
    single = frozenset(withdrawal.scope.get("takes", []))
    found = _named_in(place, manifest, withdrawal.performer)
    mine = [(take, agreement) for take, agreement in found if not single or take in single]
    return Held(
        manifest=manifest.digest,
        takes=tuple(sorted({take for take, _ in mine})),
        agreements=tuple(sorted({agreement for _, agreement in mine})),
    )


def _named_in(place: Place, manifest: Manifest, performer: Performer) -> list[tuple[str, str]]:
    """Return a performer's takes in a manifest, each with its agreement.

    If its file is broken or lost, all of theirs that were logged before it: told too much, not
    too little.
    """
    try:
        takes = find(place, manifest.digest).takes
    except (CheckFailed, NotFound):
        rows = Take.objects.filter(performer=performer, entry_id__lt=manifest.log_size)
        return list(rows.values_list("sha256", "session__agreement_id"))
    return [(take.sha256, take.agreement) for take in takes if take.performer == performer.handle]


def _tasks(withdrawal: Withdrawal, licensee: Organisation) -> list[Task]:
    rows = withdrawal.obligations.filter(bearer=licensee)
    return [
        Task(
            duty=row.duty,
            subject=row.subject,
            due=stamp(row.due) if row.due else None,
            clause=row.clause,
        )
        for row in rows.order_by("due", "duty", "subject")
    ]


def _checkpoint_at(place: Place, size: int) -> bytes:
    """Sign the log as it was when it had that size."""
    root = log.log_of(place).root(size)
    return bytes(Checkpoint(place.origin, size, root).sign(place.signer))


def _logged(place: Place, row: Revocation, size: int, signed: bytes) -> dict[str, Any]:
    entry = row.entry
    proof = Proof(entry.index, tuple(log.log_of(place).inclusion(entry.index, size)), signed)
    told = (entry.index, entry.kind, entry.at, entry.commitment, entry.salt)
    return logged(*told, proof, log.key_of(place))
