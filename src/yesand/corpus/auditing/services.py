"""Computing manifests again from the registry, for those who trust the house's own machine."""

from __future__ import annotations

from yesand.agreements import services as agreements
from yesand.corpus.auditing.register import OVERTAKING
from yesand.corpus.completeness import Audit, compare
from yesand.corpus.manifest import SignedManifest
from yesand.corpus.models import Manifest
from yesand.corpus.services import find, rows_of
from yesand.kernel.errors import CheckFailed, NotFound
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.takes.models import Take


def audit_completeness(
    place: Place, manifest: SignedManifest, *, progress: Progress = silent
) -> Audit:
    """Compute a manifest again from the registry as it was at its position of the log.

    Raises
    ------
    CheckFailed : a take of that time is in neither list, one is in the wrong list, a decision is
        another, or the log was another.
    NotFound : the manifest is not of this house.
    """
    if find(place, manifest.digest) != manifest:
        raise CheckFailed("The manifest is not the one that was signed", where=_named(manifest))
    _check_obeyed(manifest)
    tree = log.log_of(place).root(manifest.log_size).hex()
    if tree != manifest.predicate["log"]["root"]:
        raise CheckFailed("The log was another at that size", where=_named(manifest))
    rows = rows_of(Take.objects.filter(entry_id__lt=manifest.log_size), progress)
    return compare(rows, agreements.standings(manifest.log_size), manifest)


def _check_obeyed(manifest: SignedManifest) -> None:
    """Check that no withdrawal or suspension came between position and signature."""
    signed = Manifest.objects.get(digest=manifest.digest).entry_id
    between = Entry.objects.filter(index__gte=manifest.log_size, index__lt=signed)
    late = between.filter(kind__in=OVERTAKING).first()
    if late is not None:
        what = OVERTAKING[Kind(late.kind)]
        raise CheckFailed(
            f"The {what} of entry {late.index} was not obeyed",
            where=_named(manifest),
        )


def audit_all(place: Place, progress: Progress = silent) -> int:
    """Compute every manifest of the house again; return how many there are.

    Raises
    ------
    CheckFailed : one is not exactly what was permitted, or its file is gone.
    """
    digests = list(Manifest.objects.order_by("entry_id").values_list("digest", flat=True))
    for done, digest in enumerate(digests):
        progress(done, len(digests), "manifests")
        try:
            manifest = find(place, digest)
        except NotFound as fault:
            raise CheckFailed(fault.what, where=fault.where, remedy=fault.remedy) from fault
        audit_completeness(place, manifest)
    return len(digests)


def _named(manifest: SignedManifest) -> str:
    return f"manifest {manifest.digest[:12]}"
