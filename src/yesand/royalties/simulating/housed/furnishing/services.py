"""Manifests, models, deployments and reports as signed rows, without takes and trained weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from yesand.corpus.models import Manifest, ManifestPerformer
from yesand.kernel.clock import stamp
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people import services as people
from yesand.people.models import Organisation, Performer, User
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate
from yesand.reliance.models import Report
from yesand.royalties.shrinking import Measured
from yesand.training.models import Deployment, TrainedModel

#: Given to a model: the performer's handle, the agreement's digest, milliseconds.
Given = Sequence[tuple[str, str, int]]


def _signed(
    place: Place, kind: Kind, predicate: Predicate, value: Mapping[str, Any]
) -> dict[str, Any]:
    payload = dsse.attest(predicate, {"it": digest_of(value)}, value)
    digest = digest_of(payload)
    return {
        "digest": digest,
        "envelope": dsse.seal(payload, [place.signer]),
        "entry": log.record(place, kind, digest),
    }


def licensee(place: Place, slug: str) -> Organisation:
    """Return a licensee."""
    return people.found(place, slug, slug.title(), Organisation.Kind.LICENSEE)


def producer(place: Place, slug: str) -> Organisation:
    """Return a producer."""
    return people.found(place, slug, slug.title(), Organisation.Kind.PRODUCER)


def person(name: str) -> User:
    """Return somebody who works for the producer."""
    return User.objects.get_or_create(username=name)[0]


def model(place: Place, name: str, given: Given) -> TrainedModel:
    """Return a model trained on what was given; the same name is the same model."""
    with transaction.atomic():
        known = TrainedModel.objects.filter(name=name).first()
        if known is not None:
            return known
        manifest = _manifest(place, name, given)
        value = {"name": name, "manifest": manifest.digest}
        made = _signed(place, Kind.MODEL_REGISTERED, Predicate.MODEL, value)
        return TrainedModel.objects.create(
            name=name, manifest=manifest, run={}, card={}, at=place.clock.now(), **made
        )


def _manifest(place: Place, name: str, given: Given) -> Manifest:
    value = {"model": name, "given": [list(row) for row in given]}
    row = Manifest.objects.create(
        licensee=licensee(place, "acme"),
        request={},
        permitted=len(given),
        denied=0,
        permitted_root=digest_of([]),
        denied_root=digest_of([]),
        log_size=1,
        at=place.clock.now(),
        **_signed(place, Kind.MANIFEST_SIGNED, Predicate.MANIFEST, value),
    )
    whose = {p.handle: p for p in Performer.objects.all()}
    ManifestPerformer.objects.bulk_create(
        ManifestPerformer(
            manifest=row, performer=whose[handle], agreement=digest, takes=1, duration_ms=ms
        )
        for handle, digest, ms in given
    )
    return row


def deployment(
    place: Place, name: str, of: TrainedModel, licensee_slug: str, since: datetime
) -> Deployment:
    """Return a model's deployment; the same name is the same deployment."""
    with transaction.atomic():
        known = Deployment.objects.filter(name=name).first()
        if known is not None:
            return known
        value = {"name": name, "model": of.digest, "since": stamp(since)}
        made = _signed(place, Kind.DEPLOYMENT_STARTED, Predicate.DEPLOYMENT, value)
        return Deployment.objects.create(
            name=name,
            model=of,
            licensee=licensee(place, licensee_slug),
            since=since,
            envelope=made["envelope"],
            entry=made["entry"],
        )


def report(
    place: Place, of: TrainedModel, shares: Mapping[str, Measured], *, sets_shares: bool
) -> Report:
    """Return a reliance report of now; the same figures at the same moment are one report.

    ``shares`` are each handle's (share, low, high), in parts per billion.
    """
    names = "share_ppb", "low_ppb", "high_ppb"
    rows = {handle: dict(zip(names, told, strict=True)) for handle, told in shares.items()}
    value = {
        "model": of.digest, "shares": rows, "sets_shares": sets_shares,
        "at": stamp(place.clock.now()),
    }  # fmt: skip
    payload = dsse.attest(Predicate.RELIANCE, {"it": digest_of(value)}, value)
    with transaction.atomic():
        known = Report.objects.filter(digest=digest_of(payload)).first()
        if known is not None:
            return known
        return Report.objects.create(
            model=of,
            method="simulated",
            shares=rows,
            sets_shares=sets_shares,
            at=place.clock.now(),
            **_signed(place, Kind.RELIANCE_REPORTED, Predicate.RELIANCE, value),
        )
