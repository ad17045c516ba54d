"""A batch as the panel's case: its parents, its takes, and real actors whom it knows nothing of.

Nothing leaves the house by it. Takes of other actors are those that the house may measure something
with today (``affect.permission``); parents are those of the batch's own permit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yesand.affect import listening
from yesand.affect.listening import Kept, Source
from yesand.affect.permission.services import accepted
from yesand.corpus import services as corpus
from yesand.kernel.errors import BadInput
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.people.models import Performer
from yesand.synthetic.judging.panel import LEAST, Case
from yesand.synthetic.judging.spaces import spaces
from yesand.synthetic.models import Ancestry, SyntheticBatch
from yesand.synthetic.services import fallen
from yesand.synthetic.shelf import Shelf
from yesand.takes.media import MediaStore
from yesand.training.services import examples_of


@dataclass(frozen=True)
class _Take:
    sha256: str
    source: Source
    emotion: str
    performer: str


@dataclass(frozen=True, eq=False)
class Gathered:
    """A case, and which takes it is of.

    Attributes
    ----------
    made : SHA-256 of the made takes, in the case's order. split : the batch descends from all
        actors that there are, so that only what descends from half of them is judged.
    """

    case: Case
    made: Sequence[str]
    split: bool


def gathered(
    place: Place, batch: SyntheticBatch, progress: Progress = silent, workers: int = 1
) -> Gathered:
    """Return a batch's case.

    Raises
    ------
    BadInput : no takes are left, or there are no actors but those whom it descends from.
    """
    made = _made(place, batch)
    parents = _parents(place, batch)
    words = {take.emotion for take in made}  # a batch of one emotion is no worse for that
    parents = [take for take in parents if take.emotion in words]
    others = _others(place, parents)
    split = len(others) < 2 * LEAST or len({take.performer for take in others}) < 2
    if split:
        if batch.whole:
            raise BadInput(
                "The batch descends from every actor who could be asked about",
                where=f"batch {batch.digest[:12]}",
                remedy="Import takes, in the same words, of actors whom it does not descend from.",
            )
        parents, made, others = _halved(parents, made)
    if not made:
        raise BadInput(
            "No take of the batch can be judged",
            where=f"batch {batch.digest[:12]}",
            remedy="What it descends from was withdrawn, or is of too few performers.",
        )
    shared = set.intersection(*({t.emotion for t in side} for side in (parents, made, others)))
    parents, made, others = (
        [take for take in side if take.emotion in shared] for side in (parents, made, others)
    )
    heard = listening.extract(
        [take.source for take in (*parents, *others)], Kept(place.cache), progress, workers
    )
    heard += listening.extract([take.source for take in made], None, progress, workers)
    whole = [*parents, *others, *made]
    names = sorted({take.emotion for take in parents})
    which = np.repeat([0, 1, 2], [len(parents), len(others), len(made)])
    case = Case(
        label=np.array([names.index(take.emotion) for take in whole]),
        performer=np.array([take.performer for take in whole]),
        parents=which == 0,
        others=which == 1,
        made=which == 2,
        spaces=spaces(heard),
        names=names,
    )
    return Gathered(case, [take.sha256 for take in made], split)


def _made(place: Place, batch: SyntheticBatch) -> list[_Take]:
    lost, shelf = fallen(place, batch), Shelf(place.synthetic)
    owners = dict[int, str]()
    if not batch.whole:
        # The first parent is the one who is heard; a second only lent prosody.
        rows = Ancestry.objects.filter(take__batch=batch).order_by("-pk")
        owners = dict(rows.values_list("take_id", "performer__handle"))
    found = list[_Take]()
    for take in batch.takes.all():
        if take.sha256 in lost:
            continue
        source = Source(take.sha256, shelf.there(take.sha256, apart=batch.quarantined))
        found.append(_Take(take.sha256, source, take.emotion, owners.get(take.pk, "")))
    return found


def _parents(place: Place, batch: SyntheticBatch) -> list[_Take]:
    manifest = corpus.find(place, batch.manifest_id)
    lost = corpus.overtaken_takes(place, manifest)
    takes = [take for take in manifest.takes if take.sha256 not in lost]
    return [
        _Take(one.sha256, Source(one.sha256, one.path), one.emotion, one.performer)
        for one in examples_of(place, takes)
    ]


def _others(place: Place, parents: Sequence[_Take]) -> list[_Take]:
    people = {take.performer for take in parents}
    words = {take.emotion for take in parents}
    store, found = MediaStore(place.media), list[_Take]()
    rows = [t for t in accepted(place.clock.now()) if t.modality == "voice" and t.emotion in words]
    handles = dict(Performer.objects.values_list("pk", "handle"))
    for take in rows:
        who = handles[take.performer_id]
        if who not in people:
            source = Source(take.sha256, store.path_of(take.sha256))
            found.append(_Take(take.sha256, source, take.emotion, who))
    return found


def _halved(
    parents: Sequence[_Take], made: Sequence[_Take]
) -> tuple[list[_Take], list[_Take], list[_Take]]:
    """Judge what descends from half of the actors, beside the other half."""
    people = sorted({take.performer for take in parents})
    half = set(people[: len(people) // 2])
    return (
        [take for take in parents if take.performer in half],
        [take for take in made if take.performer in half],
        [take for take in parents if take.performer not in half],
    )
