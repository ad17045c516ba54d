"""Registering what a model was made from: signed and logged, so that what it owes goes on."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from django.db import transaction

from yesand.kernel.canonical import canonical
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.training import attestations
from yesand.training.lineage import BILLION, weights_of
from yesand.training.models import Descent, Parentage, TrainedModel
from yesand.training.registry.services import check_licensee


def descend(
    place: Place,
    model: TrainedModel,
    how: str,
    parents: Mapping[TrainedModel, float | Fraction | None],
    declared_ppb: int | None = None,
) -> Descent:
    """Enter from which models a model was made. The same again is one.

    Parameters
    ----------
    how : ``fine-tune``, ``student`` or ``merge``.
    parents : each with its weight, or with None where all count alike.
    declared_ppb : how much of it comes from them at all, by the licensee's word.

    Raises
    ------
    BadInput : a number or a weight that cannot be. Refused : it would descend from itself, its
        descent is registered otherwise, or a parent's terms allow its licensee nothing.
    """
    weights = weights_of(how, {parent.digest: weight for parent, weight in parents.items()})
    if declared_ppb is not None and not 0 <= declared_ppb <= BILLION:
        raise BadInput("What is declared lies between none and all", where="declared")
    for parent in parents:
        check_licensee(parent, model.manifest.licensee)
    payload = attestations.descent(model.name, model.digest, how, weights, declared_ppb)
    with transaction.atomic():
        known = Descent.objects.filter(model=model).first()
        if known:
            return _same(known, payload)
        # The log lets one writer in: no two descents close a ring between them.
        entry = log.record(place, Kind.DESCENT_REGISTERED, digest_of(payload))
        _check_ring(model, parents)
        made = Descent.objects.create(
            model=model,
            how=how,
            declared_ppb=declared_ppb,
            envelope=dsse.seal(payload, [place.signer]),
            at=place.clock.now(),
            entry=entry,
        )
        for parent in parents:
            Parentage.objects.create(descent=made, model=parent, weight_ppb=weights[parent.digest])
    return made


def model_named(name: str) -> TrainedModel:
    """Return a registered model by its name or its digest.

    Raises
    ------
    NotFound : there is none.
    """
    rows = TrainedModel.objects.select_related("manifest__licensee")
    found = rows.filter(name=name).first() or rows.filter(digest=name).first()
    if found is None:
        raise NotFound("No model of that name", where=name, remedy="Register it first.")
    return found


def ancestors(model: TrainedModel) -> set[str]:
    """Return the digests of all models that a model came from, near and far."""
    found: set[str] = set()
    near = {model.digest}
    while near:
        rows = Parentage.objects.filter(descent__model__in=near)
        near = set(rows.values_list("model_id", flat=True)) - found
        found |= near
    return found


def _same(known: Descent, payload: object) -> Descent:
    if dsse.payload_of(known.envelope) == canonical(payload):
        return known
    raise Refused(
        "Its descent is registered otherwise, and what was signed stays",
        where=known.model.name,
        remedy="Register the files that were made anew as a model of their own.",
    )


def _check_ring(model: TrainedModel, parents: Mapping[TrainedModel, object]) -> None:
    for parent in parents:
        if parent.digest == model.digest or model.digest in ancestors(parent):
            raise Refused("A model cannot descend from itself", where=parent.name)
