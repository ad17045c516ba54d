"""Asking the gate, keeping its manifests, and telling whether one still holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from numpy.typing import NDArray

from yesand.agreements import services as agreements
from yesand.agreements.change import changes
from yesand.agreements.decision import Request
from yesand.agreements.standing import Standing
from yesand.agreements.vocabulary import Action
from yesand.corpus import telling
from yesand.corpus.answers import GateResult, Rehearsal
from yesand.corpus.auditing.register import OF_STATE, OVERTAKING
from yesand.corpus.gate import EVALUATOR, Ruling, evaluate
from yesand.corpus.manifest import ManifestTake, SignedManifest, load, statement
from yesand.corpus.models import Manifest, ManifestPerformer
from yesand.corpus.table import LENGTH, PERFORMER, ROW, Row, Table
from yesand.kernel.canonical import parse
from yesand.kernel.errors import NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.people import services as people
from yesand.people.models import Performer
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.note import Checkpoint
from yesand.takes.models import Take

if TYPE_CHECKING:
    from yesand.corpus.dataset import TakeDataset

#: What callers take from here.
__all__ = [
    "GateResult",
    "Rehearsal",
    "check_current",
    "dataset",
    "find",
    "gate",
    "load_manifest",
    "overtaken_takes",
    "path_of",
    "rehearse",
]
_CHUNK = 5_000
#: What comes while the gate decides and has it decide anew; so often at most. Takes and agreements
#: that come meanwhile lie beyond its position; what is said of earlier takes does not.
_OVERTAKING = (*OVERTAKING, *OF_STATE, Kind.SUSPENSION_ENDED, Kind.APPROVAL_GIVEN)
_TRIES = 20


def rehearse(place: Place, request: Request) -> Rehearsal:
    """Say what the gate would permit to a request, and why not the rest, without signing.

    Raises
    ------
    NotFound : no such licensee.
    """
    asked = _judged(place, request)
    ruling, lengths = asked.ruling, [row[LENGTH] for row in asked.table.rows]
    mine, clauses = np.flatnonzero(ruling.permit).tolist(), telling.by_clause(ruling)
    return Rehearsal(
        permitted=len(mine),
        denied=len(ruling.permit) - len(mine),
        performers=len({asked.table.rows[i][PERFORMER] for i in mine}),
        duration_ms=sum(lengths[i] for i in mine),
        clauses=tuple(clauses),
        changes=changes((clause for clause, _ in clauses), request),
        trial=any(asked.standings[name].terms.trial for name in asked.table.used(ruling)),
    )


@dataclass(frozen=True)
class _Judged:
    """A request applied to every take, at one position of the log."""

    head: Checkpoint
    table: Table
    standings: Mapping[str, Standing]
    ruling: Ruling


def _judged(place: Place, request: Request, progress: Progress = silent) -> _Judged:
    people.organisation(request.licensee)
    log.publish(place)
    head = log.log_of(place).head()
    table = Table.of(rows_of(Take.objects.filter(entry_id__lt=head.size), progress))
    standings = agreements.standings(head.size)
    return _Judged(head, table, standings, evaluate(table.columns, standings, request))


def gate(place: Place, request: Request, *, progress: Progress = silent) -> GateResult:
    """Apply a request to every take in the log and sign a manifest of those it may use.

    The same request over the same state gives the same manifest again.

    Raises
    ------
    NothingPermitted : not one take may be used; it names the clauses.
    NotFound : no such licensee. Refused : a withdrawal came in between every time.
    """
    for _ in range(_TRIES):
        found = _decided(place, request, progress)
        if found is not None:
            return found
    raise Refused(
        "Permission is being withdrawn faster than the gate decides", remedy="Ask again in a while."
    )


def _decided(place: Place, request: Request, progress: Progress) -> GateResult | None:
    """Decide and sign; nothing, if somebody withdrew meanwhile and it must be decided anew."""
    asked = _judged(place, request, progress)
    table, standings, ruling = asked.table, asked.standings, asked.ruling
    if not ruling.permit.any():
        raise telling.refusal(ruling, request)
    takes, denied = table.permitted(ruling, standings), table.denied(ruling)
    used = [standings[name] for name in table.used(ruling)]
    told = {
        "decisions": telling.decisions(ruling),
        "evaluator": EVALUATOR,
        "house": place.origin,
        "log": {"root": asked.head.root.hex(), "size": asked.head.size},
        "request": request.as_json(),
        "sources": telling.sources(used),
        "trial": any(s.terms.trial for s in used),
    }
    payload = statement(takes, denied, told)
    known = _known(place, payload)
    given = takes, denied
    manifest = _kept(place, known, *given) if known else _sign(place, payload, *given)
    if manifest is None:
        return None
    counted = zip(ruling.decisions, ruling.counts(), strict=True)
    denials = tuple((decision, n) for decision, n in counted if not decision.permit)
    return GateResult(manifest, denials, new=known is None)


def find(place: Place, digest: str) -> SignedManifest:
    """Return a manifest of this house, its file checked.

    Raises
    ------
    NotFound : no such manifest. ManifestBroken : its file was changed.
    """
    if not Manifest.objects.filter(digest=digest).exists():
        raise NotFound("No such manifest in this house", where=digest[:16])
    return load_manifest(place, path_of(place, digest))


def load_manifest(place: Place, path: Path) -> SignedManifest:
    """Read a manifest's file that this house signed, every byte of it checked.

    Raises
    ------
    NotFound : no such file. ManifestBroken : it is not what this house signed, and where.
    """
    return load(path, {place.signer.id: place.signer.public})


def path_of(place: Place, digest: str) -> Path:
    """Return where a manifest's file lies."""
    return place.manifests / f"{digest}.json"


def check_current(place: Place, manifest: SignedManifest, action: Action | None = None) -> None:
    """Check that every take of a manifest would still be permitted to the same request now.

    Parameters
    ----------
    action : ask whether this may be done with them too, all else being as it was asked.

    Raises
    ------
    Overtaken : a withdrawal, a dispute, new terms or the end of a term concerns one of its takes.
    NotFound : the manifest is not of this house.
    """
    found = _lost(place, manifest, action)
    if found.names:
        raise telling.overtaken(manifest, found.ruling, found.mask)


def overtaken_takes(
    place: Place, manifest: SignedManifest, action: Action | None = None
) -> frozenset[str]:
    """Return the media ids of a manifest's takes that would no longer be permitted, as above."""
    return _lost(place, manifest, action).names


@dataclass(frozen=True)
class _Lost:
    """Which of a manifest's takes would be denied now, by mask over a ruling, and by media id."""

    ruling: Ruling
    mask: NDArray[np.bool_]
    names: frozenset[str]


def _lost(place: Place, manifest: SignedManifest, action: Action | None) -> _Lost:
    row = Manifest.objects.filter(digest=manifest.digest).first()
    if row is None:
        raise NotFound("No such manifest in this house", where=manifest.digest[:16])
    performers = row.performers.values("performer")
    table = Table.of(rows_of(Take.objects.filter(performer__in=performers)))
    asked = manifest.asked()
    request = replace(asked, at=place.clock.now(), action=action or asked.action)
    ruling = evaluate(table.columns, agreements.standings(), request)
    entries = np.array([take.entry for take in manifest.takes], dtype=np.int64)
    mine = np.isin(table.columns.entry, entries)
    lost = mine & ~ruling.permit
    # A take that the registry has no longer is lost as well.
    held = np.isin(entries, table.columns.entry[mine & ruling.permit])
    names = (t.sha256 for t, still in zip(manifest.takes, held, strict=True) if not still)
    return _Lost(ruling, lost, frozenset(names))


def dataset(place: Place, manifest: SignedManifest, **how: Any) -> TakeDataset:
    """Open a manifest's takes for PyTorch; ``how`` as for ``TakeDataset``.

    Raises
    ------
    Overtaken : the manifest no longer holds.
    """
    from yesand.corpus.dataset import TakeDataset  # PyTorch is an extra

    def still_holds() -> None:
        check_current(place, manifest)

    return TakeDataset(manifest, place.media, still_holds=still_holds, **how)


def rows_of(takes: QuerySet[Take], progress: Progress = silent) -> list[Row]:
    """Return takes as the table has them, in the log's order."""
    whole, rows = takes.count(), list[Row]()
    for row in takes.order_by("entry_id").values_list(*ROW).iterator(_CHUNK):
        rows.append(row)
        if len(rows) % _CHUNK == 0:
            progress(len(rows), whole, "takes")
    progress(len(rows), max(whole, len(rows)), "takes")
    return rows


def _known(place: Place, payload: dict[str, Any]) -> Manifest | None:
    """Return the latest manifest that differs from this one in nothing but the time."""
    predicate = payload["predicate"]
    last = (
        Manifest.objects.filter(
            licensee__slug=predicate["request"]["licensee"],
            permitted_root=predicate["permitted"]["root"],
            denied_root=predicate["denied"]["root"],
        )
        .order_by("-entry_id")
        .first()
    )
    if last is None:
        return None
    before = parse(dsse.payload_of(last.envelope))["predicate"]
    return last if telling.but_for_time(before) == telling.but_for_time(predicate) else None


def _sign(
    place: Place,
    payload: dict[str, Any],
    takes: tuple[ManifestTake, ...],
    denied: tuple[tuple[int, int], ...],
) -> SignedManifest | None:
    predicate, name = payload["predicate"], digest_of(payload)
    signed = SignedManifest(
        digest=name,
        request=predicate["request"],
        takes=takes,
        log_size=predicate["log"]["size"],
        trial=predicate["trial"],
        envelope=dsse.seal(payload, [place.signer]),
        denied=denied,
    )
    # The file first: a row never lacks its file, and a file without a row is no manifest.
    signed.save(path_of(place, name))
    with transaction.atomic():
        # The log lets one writer in: after this line nothing that decides comes in between, and
        # whoever withdraws from now on finds this manifest. One that came before would miss it.
        entry = log.record(place, Kind.MANIFEST_SIGNED, name)
        since = Entry.objects.filter(index__gte=signed.log_size)
        if since.filter(kind__in=_OVERTAKING).exists():
            transaction.set_rollback(True)
            path_of(place, name).unlink(missing_ok=True)
            return None
        row = Manifest.objects.create(
            digest=name,
            licensee=people.organisation(predicate["request"]["licensee"]),
            request=signed.request,
            permitted=len(takes),
            denied=len(denied),
            permitted_root=predicate["permitted"]["root"],
            denied_root=predicate["denied"]["root"],
            log_size=signed.log_size,
            trial=signed.trial,
            envelope=signed.envelope,
            at=place.clock.now(),
            entry=entry,
        )
        ManifestPerformer.objects.bulk_create(_performers(row, takes), batch_size=_CHUNK)
    return signed


def _kept(
    place: Place,
    row: Manifest,
    takes: tuple[ManifestTake, ...],
    denied: tuple[tuple[int, int], ...],
) -> SignedManifest:
    kept = SignedManifest(
        row.digest, row.request, takes, row.log_size, row.trial, row.envelope, denied
    )
    if not path_of(place, row.digest).exists():
        kept.save(path_of(place, row.digest))
    return kept


def _named(manifest: SignedManifest) -> str:
    return f"manifest {manifest.digest[:12]}"


def _performers(row: Manifest, takes: Sequence[ManifestTake]) -> list[ManifestPerformer]:
    counts: Counter[tuple[str, str]] = Counter()
    lengths: Counter[tuple[str, str]] = Counter()
    for take in takes:
        counts[take.performer, take.agreement] += 1
        lengths[take.performer, take.agreement] += take.duration_ms
    ids = dict(Performer.objects.values_list("handle", "pk"))
    return [
        ManifestPerformer(
            manifest=row,
            performer_id=ids[handle],
            agreement=agreement,
            takes=count,
            duration_ms=lengths[handle, agreement],
        )
        for (handle, agreement), count in sorted(counts.items())
    ]
