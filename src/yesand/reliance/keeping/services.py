"""Signing, logging and keeping a report: one question, one report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from yesand.kernel.clock import stamp
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.commitment import new_salt
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate
from yesand.reliance.falling.services import notice
from yesand.reliance.models import Report
from yesand.reliance.report import RelianceReport
from yesand.training.models import TrainedModel


def keep(
    place: Place, model: TrainedModel, asked: str, found: RelianceReport, **more: Any
) -> Report:
    """Sign and log what was found, and tell whoever's share fell by it.

    Parameters
    ----------
    asked : digest of the question; asked the same again, it is the report that there is.
    more : what else is signed, such as the mix of emotions that was asked.

    Raises
    ------
    CheckFailed : it is another model's, or its shares do not add up to one; nothing is signed.
    """
    found.check(model.digest)
    salts = {row.performer: new_salt() for row in found.rows}
    now = place.clock.now()
    manifest = model.manifest
    predicate = found.predicate(
        salts,
        manifest=manifest.digest,
        trial=manifest.trial,
        synthetic=manifest.performers.filter(performer__synthetic=True).exists(),
        at=stamp(now),
        **more,
    )
    payload = dsse.attest(Predicate.RELIANCE, {model.name: model.digest}, predicate)
    envelope = dsse.seal(payload, [place.signer])
    with transaction.atomic():
        # Another process may have measured the same meanwhile: one question, one report.
        known = Report.objects.filter(asked=asked).first()
        if known:
            return known
        entry = log.record(place, Kind.RELIANCE_REPORTED, digest_of(payload))
        made = Report.objects.create(
            digest=digest_of(payload),
            model=model,
            method=found.method,
            asked=asked,
            shares={row.performer: _share(row.as_json()) for row in found.rows},
            salts={name: salt.hex() for name, salt in salts.items()},
            sets_shares=found.sets_shares,
            envelope=envelope,
            at=now,
            entry=entry,
        )
        notice(place, made)
        return made


def _share(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "performer"}
