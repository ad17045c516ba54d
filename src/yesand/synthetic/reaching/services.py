"""Which batches descend from a performer's takes, and which models were taught with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from yesand.corpus.models import Manifest
from yesand.people.models import Performer
from yesand.synthetic.models import SyntheticBatch, SyntheticTake
from yesand.training.models import TrainedModel


def batches_of(
    manifest: Manifest, performer: Performer, takes: Collection[str] = ()
) -> dict[str, int]:
    """Return the batches made from a manifest that descend from a performer: digest → takes.

    Parameters
    ----------
    takes : from these alone (SHA-256); none given, from any of theirs.
    """
    found = {}
    for batch in SyntheticBatch.objects.filter(manifest=manifest).order_by("entry_id"):
        if number := descending(batch, performer, takes).count():
            found[batch.digest] = number
    return found


def descending(
    batch: SyntheticBatch, performer: Performer, takes: Collection[str] = ()
) -> QuerySet[SyntheticTake]:
    """Return a batch's takes that descend from a performer; ``takes`` as above."""
    mine = batch.takes.filter(descents__performer=performer)
    if takes and not batch.whole:
        mine = mine.filter(descents__parent__sha256__in=takes)
    return mine.distinct()


def voiced(batches: Collection[str]) -> tuple[str, ...]:
    """Return those of some batches in which somebody's voice may be, in order."""
    rows = SyntheticBatch.objects.filter(digest__in=batches, nobodys_voice=True)
    nobodys = set(rows.values_list("digest", flat=True))
    return tuple(batch for batch in batches if batch not in nobodys)


def handed_out(batches: Iterable[str]) -> frozenset[str]:
    """Return those of some batches that were handed out."""
    rows = SyntheticBatch.objects.filter(digest__in=list(batches), exports__isnull=False)
    return frozenset(rows.values_list("digest", flat=True))


def taught_with(batches: Collection[str]) -> list[TrainedModel]:
    """Return the models that were taught with takes of any of some batches, by name."""
    if not batches:
        return []
    rows = TrainedModel.objects.filter(run__has_key="synthetic").order_by("name")
    return [m for m in rows if not {one["batch"] for one in told_of(m)}.isdisjoint(batches)]


def told_of(model: TrainedModel) -> list[dict[str, object]]:
    """Return what a model's signed record says of each batch that it was taught with."""
    found: list[dict[str, object]] = model.run.get("synthetic", {}).get("batches", [])
    return found
