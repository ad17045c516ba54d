"""What the registry knows of takes that a model is scored on: groups, and what raters heard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from yesand.affect.evaluating.known import Known
from yesand.affect.evaluating.predictions import Lookup
from yesand.affect.rating.finding.services import Takes
from yesand.affect.reliability.report import first, once
from yesand.affect.reliability.services import rated, said_in
from yesand.affect.spaces import Categories, space
from yesand.takes.models import Take

#: As many hashes in one query as any database takes.
_CHUNK = 500
#: What the registry keeps of a take that a model may do better or worse on.
_GROUPS = {"corpus": "session__corpus", "intensity": "intensity", "language": "language"}


def known(takes: Sequence[str], labels: Sequence[str], modality: str = "voice") -> Known:
    """Return what is known of takes (by hash); a column with one value for all tells nothing.

    Votes are of the rated space that has all the labels, and of those the one most rated in. A
    rater's first rating of a take counts, and none that names two labels equally.
    """
    found: dict[str, dict[str, str]] = {name: {} for name in _GROUPS}
    for row in _rows(takes):
        for name in _GROUPS:
            if row[name]:
                found[name][row["sha256"]] = row[name]
    groups = {name: by for name, by in found.items() if len(set(by.values())) > 1}
    return Known(groups, _votes(set(takes), labels, modality))


def lookup() -> Lookup:
    """Return what tells of any take here, by hash or file name, whose it is and what was acted.

    It raises NotFound of a name that no take has, and BadInput of one that several have.
    """
    takes = Takes()
    rows = Take.objects.values_list("pk", "performer__handle", "emotion")
    told = {pk: (handle, emotion) for pk, handle, emotion in rows}

    def found(name: str) -> dict[str, str]:
        take = takes.named(name)
        handle, emotion = told[take.pk]
        return {"take": take.sha256, "performer": handle, "label": emotion}

    return found


def _rows(takes: Sequence[str]) -> Iterator[dict[str, str]]:
    columns = list(_GROUPS.items())
    for start in range(0, len(takes), _CHUNK):
        some = Take.objects.filter(sha256__in=takes[start : start + _CHUNK]).order_by("pk")
        for sha256, *values in some.values_list("sha256", *(path for _, path in columns)):
            yield {"sha256": sha256, **dict(zip(_GROUPS, values, strict=True))}


def _votes(takes: set[str], labels: Sequence[str], modality: str) -> dict[str, Counter[str]]:
    most: dict[str, Counter[str]] = {}
    for name, how in rated():
        known_ = space(name)
        if how != modality or not isinstance(known_, Categories):
            continue
        if set(labels) <= set(known_.labels):
            found = _heard(takes, name, modality)
            if sum(map(Counter.total, found.values())) > sum(map(Counter.total, most.values())):
                most = found
    return most


def _heard(takes: set[str], name: str, modality: str) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for one in once(said_in(name, modality)):
        label = first(one.emotions) if one.take in takes and one.emotions else None
        if label is not None:
            found.setdefault(one.take, Counter())[label] += 1
    return found
