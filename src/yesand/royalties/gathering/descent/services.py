"""The models that a model was made from, as far as its report names performers only they know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yesand.corpus.models import ManifestPerformer
from yesand.training.models import Parentage, TrainedModel


def ancestors(model: TrainedModel, named: Iterable[str]) -> list[TrainedModel]:
    """Return those through which performers have a share who are not in the model's manifest.

    The nearest come first, and of one generation those with the smaller digest; each performer
    counts with the first that they are in.

    Parameters
    ----------
    named : the handles in the model's report.
    """
    left = set(named) - _handles(model)
    found: list[TrainedModel] = []
    for ancestor in _upwards(model):
        if not left:
            break
        theirs = _handles(ancestor)
        if left & theirs:
            found.append(ancestor)
            left -= theirs
    return found


def _upwards(model: TrainedModel) -> Iterator[TrainedModel]:
    seen, generation = {model.digest}, [model.digest]
    while generation:
        rows = Parentage.objects.filter(descent__model__in=generation).select_related("model")
        parents = {row.model_id: row.model for row in rows if row.model_id not in seen}
        yield from (parents[digest] for digest in sorted(parents))
        seen |= parents.keys()
        generation = sorted(parents)


def _handles(model: TrainedModel) -> set[str]:
    rows = ManifestPerformer.objects.filter(manifest=model.manifest_id)
    return set(rows.values_list("performer__handle", flat=True))
