"""Laying the log open for an auditor: what decided over takes, and nothing else of what was logged.

Whoever may have it sees everything in the house anyhow. What was erased stays closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db.models import Count, QuerySet

from yesand.agreements.approving.models import Approval, ApprovalEnd
from yesand.agreements.collective.models import Countersignature, Membership
from yesand.agreements.models import Agreement, Withdrawal
from yesand.agreements.suspending.models import Lifting, Suspension
from yesand.agreements.suspending.suspension import Reach
from yesand.corpus.services import path_of
from yesand.kernel import durable
from yesand.kernel.canonical import parse
from yesand.kernel.clock import stamp
from yesand.kernel.errors import CheckFailed
from yesand.kernel.ids import digest, digest_of
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.people.models import Performer
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.disclosure import Opening, first_line, line_of
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.note import open_checkpoint
from yesand.takes.models import Review, Take
from yesand.takes.records.services import dispute_payload, payload_as_logged
from yesand.takes.reviewing.services import review_payload

_CHUNK = 2_000
#: Entry → the record that it commits to: its JSON, or its envelope with what that binds.
Found = dict[int, Opening]


def disclose(place: Place, target: Path, progress: Progress = silent) -> int:
    """Write a disclosure of the log as it is now; return how many entries it has.

    Raises
    ------
    CheckFailed : the registry holds something else than was logged.
    """
    lines = 0
    with durable.replacing(target) as partial, partial.open("wb") as file:
        for line in disclosed(place, progress):
            file.write(line)
            lines += 1
    return lines - 1


def disclosed(place: Place, progress: Progress = silent) -> Iterator[bytes]:
    """Yield the lines of a disclosure of the log as it is now."""
    signed = log.checkpoint(place)
    key = log.key_of(place)
    size = open_checkpoint(signed, key.name, key.public).size
    yield first_line(key, signed)
    opened = _Openings(place)
    for start in range(0, size, _CHUNK):
        progress(start, size, "entries")
        some = Entry.objects.filter(index__gte=start, index__lt=min(start + _CHUNK, size))
        entries = list(some.order_by("index"))
        found = opened.of(entries)
        yield from (
            line_of(entry.kind, entry.at, entry.commitment, found.get(entry.index))
            for entry in entries
        )


class _Openings:
    """What entries are about, for those kinds that decide."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._by_kind: dict[str, Callable[[Sequence[Entry]], Mapping[str, Mapping[str, Any]]]] = {
            Kind.AGREEMENT_SIGNED: lambda some: _enveloped(Agreement, some),
            Kind.AGREEMENT_WITHDRAWN: lambda some: _enveloped(Withdrawal, some),
            Kind.APPROVAL_GIVEN: lambda some: _enveloped(Approval, some),
            Kind.APPROVAL_ENDED: lambda some: _endings(ApprovalEnd, some),
            Kind.SUSPENSION_BEGUN: lambda some: _enveloped(Suspension, some),
            Kind.SUSPENSION_ENDED: lambda some: _endings(Lifting, some),
            Kind.MANIFEST_SIGNED: self._manifests,
            Kind.TAKE_RECORDED: _takes,
            Kind.TAKE_REVIEWED: _reviews,
            Kind.TAKE_DISPUTED: _disputes,
            Kind.PERFORMER_JOINED: _joined,
        }
        if any(Reach.parse(told).turns_on_unions for told in _reaches()):
            self._by_kind |= {
                Kind.UNION_JOINED: lambda some: _enveloped(Membership, some),
                Kind.UNION_LEFT: lambda some: _enveloped(Membership, some),
                Kind.COLLECTIVE_SIGNED: _collectives,
            }

    def of(self, entries: Sequence[Entry]) -> Found:
        """Return the openings of those entries that decide and were not erased."""
        found: Found = {}
        for kind, opened in self._by_kind.items():
            some = [entry for entry in entries if entry.kind == kind and entry.salt]
            told = opened(some) if some else {}
            for entry in some:
                if entry.record in told:
                    found[entry.index] = Opening(entry.salt, **told[entry.record])
        return found

    def _manifests(self, entries: Sequence[Entry]) -> dict[str, dict[str, Any]]:
        return {entry.record: self._manifest(entry.record) for entry in entries}

    def _manifest(self, digest: str) -> dict[str, Any]:
        try:
            told = parse(path_of(self.place, digest).read_bytes(), where=f"manifest {digest[:12]}")
        except OSError as fault:
            raise CheckFailed(
                "A manifest's file is gone",
                where=f"manifest {digest[:12]}",
                remedy="Restore it from a backup, or ask the gate the same again.",
            ) from fault
        beside = {"denied": told["denied"], "takes": told["takes"]}
        return {"envelope": told["envelope"], "beside": beside}


def _reaches() -> QuerySet[Suspension, Any]:
    return Suspension.objects.values_list("reach", flat=True)


def _endings(
    model: type[Lifting | ApprovalEnd], entries: Sequence[Entry]
) -> dict[str, dict[str, Any]]:
    rows = model._default_manager.filter(entry__in=entries).values_list("envelope", flat=True)
    return {digest(dsse.payload_of(told)): {"envelope": told} for told in rows}


def _collectives(entries: Sequence[Entry]) -> dict[str, dict[str, Any]]:
    """Return what made each stand: both sides' signatures over the same words."""
    rows = Countersignature.objects.filter(entry__in=entries).select_related("collective")
    return {
        row.collective_id: {"envelope": dsse.together(row.collective.envelope, row.envelope)}
        for row in rows
    }


def _enveloped(
    model: type[Agreement | Withdrawal | Suspension | Membership | Approval],
    entries: Sequence[Entry],
) -> dict[str, dict[str, Any]]:
    rows = model._default_manager.filter(entry__in=entries)
    return {digest: {"envelope": told} for digest, told in rows.values_list("digest", "envelope")}


def _plain(records: Iterator[Any]) -> dict[str, dict[str, Any]]:
    return {digest_of(record): {"record": record} for record in records}


def _takes(entries: Sequence[Entry]) -> dict[str, dict[str, Any]]:
    near = Take.objects.select_related("performer", "session", "scene", "entry")
    return _plain(
        record
        for take in near.filter(entry__in=entries)
        if (record := payload_as_logged(take)) is not None
    )


def _reviews(entries: Sequence[Entry]) -> dict[str, dict[str, Any]]:
    wanted = Review.objects.filter(entry__in=entries)
    near = Review.objects.select_related("take__entry", "by", "entry")
    before: dict[int, Review] = {}
    records = []
    for row in near.filter(take__in=wanted.values("take")).order_by("entry_id"):
        last = before.get(row.take_id)
        records.append(
            review_payload(row.take, row.by, row.verdict, row.reason, stamp(row.at), last)
        )
        before[row.take_id] = row
    return _plain(iter(records))


def _disputes(entries: Sequence[Entry]) -> dict[str, dict[str, Any]]:
    """Return what disputes may have named: of each content its first two takes, three and so on."""
    by_content: dict[str, list[Take]] = {}
    disputed = Take.objects.select_related("entry").order_by("sha256", "entry_id")
    shared = Take.objects.values("sha256").annotate(given=Count("pk")).filter(given__gt=1)
    for take in disputed.filter(sha256__in=shared.values("sha256")):
        by_content.setdefault(take.sha256, []).append(take)
    return _plain(
        dispute_payload(claims[:number])
        for claims in by_content.values()
        for number in range(2, len(claims) + 1)
    )


def _joined(entries: Sequence[Entry]) -> dict[str, dict[str, Any]]:
    rows = Performer.objects.values("handle", "public_key")
    return _plain(dict(row) for row in rows.iterator(_CHUNK))
