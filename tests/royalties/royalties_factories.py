"""Rows of the rooms below, made directly but with real digests and signatures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from yesand.agreements.drafts import Draft
from yesand.agreements.models import Agreement
from yesand.agreements.services import sign
from yesand.agreements.terms import Amount, Pay, Terms
from yesand.corpus.models import Manifest, ManifestPerformer
from yesand.kernel.clock import Period
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.people import services as people
from yesand.people.models import Organisation, Performer
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.provenance.statements import Predicate
from yesand.reliance.models import Report
from yesand.royalties.events import TYPE
from yesand.royalties.services import meter, payload, statement
from yesand.royalties.statement import Statement, parse_statement
from yesand.takes.models import Session
from yesand.training.models import Decommission, Deployment, TrainedModel

SEPTEMBER = Period(2026, 9)
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
PER_REQUEST = {"request": Amount(currency="EUR", micro=4_000)}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def terms(trial: bool = False, **pay: Any) -> Terms:
    return Terms(
        valid_from=date(2026, 1, 1), trial=trial, pay=Pay(**{"per_unit": PER_REQUEST, **pay})
    )


def agree(place: Place, handle: str, given: Terms, **more: Any) -> Agreement:
    performer, _ = people.join(place, handle)
    producer = people.found(place, "studio", "Studio", Organisation.Kind.PRODUCER)
    draft = Draft("test", given, f"{handle} agrees", "the text")
    kind = Agreement.Kind.TRIAL if given.trial else Agreement.Kind.INDIVIDUAL
    return sign(place, draft, performer, producer, kind, **more)


def _signed(place: Place, kind: Kind, predicate: Predicate, value: Mapping[str, Any]) -> Any:
    payload = dsse.attest(predicate, {"thing": digest_of(value)}, value)
    digest = digest_of(payload)
    return {
        "digest": digest,
        "envelope": dsse.seal(payload, [place.signer]),
        "entry": log.record(place, kind, digest),
    }


def manifest(place: Place, given: Mapping[str, int], agreements: Mapping[str, Agreement]) -> Any:
    """A manifest over performers; handle → milliseconds."""
    value = {"given": dict(given), "agreements": sorted(a.digest for a in agreements.values())}
    row = Manifest.objects.create(
        licensee=people.found(place, "acme", "Acme", Organisation.Kind.LICENSEE),
        request={},
        permitted=len(given),
        denied=0,
        permitted_root="0" * 64,
        denied_root="0" * 64,
        log_size=1,
        at=place.clock.now(),
        **_signed(place, Kind.MANIFEST_SIGNED, Predicate.MANIFEST, value),
    )
    for handle, ms in given.items():
        ManifestPerformer.objects.create(
            manifest=row,
            performer=Performer.objects.get(handle=handle),
            agreement=agreements[handle].digest,
            takes=3,
            duration_ms=ms,
        )
    return row


def model(place: Place, name: str, on: Manifest) -> TrainedModel:
    value = {"name": name, "manifest": on.digest}
    return TrainedModel.objects.create(
        name=name,
        manifest=on,
        run={},
        card={},
        at=place.clock.now(),
        **_signed(place, Kind.MODEL_REGISTERED, Predicate.MODEL, value),
    )


def deploy(
    place: Place, name: str, of: TrainedModel, licensee: str = "acme", since: datetime = JANUARY
) -> Deployment:
    made = _signed(place, Kind.DEPLOYMENT_STARTED, Predicate.DEPLOYMENT, {"name": name})
    return Deployment.objects.create(
        name=name,
        model=of,
        licensee=people.found(place, licensee, licensee.title(), Organisation.Kind.LICENSEE),
        since=since,
        envelope=made["envelope"],
        entry=made["entry"],
    )


def decommission(place: Place, deployment: Deployment, until: datetime) -> Decommission:
    value = {"deployment": deployment.name}
    made = _signed(place, Kind.DEPLOYMENT_ENDED, Predicate.DECOMMISSION, value)
    return Decommission.objects.create(
        deployment=deployment, until=until, envelope=made["envelope"], entry=made["entry"]
    )


def report(
    place: Place, on: TrainedModel, shares: Mapping[str, int], sets_shares: bool = True
) -> Report:
    assert sum(shares.values()) == 10**9
    rows = {
        handle: {"share_ppb": ppb, "low_ppb": ppb * 9 // 10, "high_ppb": ppb * 11 // 10}
        for handle, ppb in shares.items()
    }
    value = {"model": on.digest, "shares": rows, "sets_shares": sets_shares}
    return Report.objects.create(
        model=on,
        method="subsets",
        shares=rows,
        sets_shares=sets_shares,
        at=place.clock.now(),
        **_signed(place, Kind.RELIANCE_REPORTED, Predicate.RELIANCE, value),
    )


def session(agreement: Agreement, slug: str, on: datetime) -> Session:
    return Session.objects.create(
        slug=slug, performer=agreement.performer, agreement=agreement, at=on
    )


@dataclass
class Stage:
    """Three performers, one model with a report, deployed as ``coach`` by ``acme``."""

    place: Place
    given: Terms = field(default_factory=terms)
    minutes: Mapping[str, int] = field(
        default_factory=lambda: {"Ann": 10_000, "Bob": 20_000, "Cleo": 30_000}
    )
    agreements: dict[str, Agreement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for handle in self.minutes:
            self.agreements[handle] = agree(self.place, handle, self.given)
        self.manifest = manifest(self.place, self.minutes, self.agreements)
        self.model = model(self.place, "voice", self.manifest)
        self.coach = deploy(self.place, "coach", self.model)

    def reported(self, ann: int = 500_000_000, bob: int = 300_000_000) -> Report:
        shares = {"Ann": ann, "Bob": bob, "Cleo": 10**9 - ann - bob}
        return report(self.place, self.model, shares)


def event(number: int, **change: Any) -> dict[str, Any]:
    """A usage event of ``coach`` in September 2026; ``data`` changes its data."""
    data = {"unit": "request", "quantity": 1, **change.pop("data", {})}
    return {
        "specversion": "1.0",
        "id": f"e-{number}",
        "source": "https://acme.example/gateway",
        "type": TYPE,
        "subject": "coach",
        "time": "2026-09-05T12:00:00Z",
        "data": data,
        **change,
    }


def write(path: Path, events: Iterable[Any]) -> Path:
    lines = (e if isinstance(e, str) else json.dumps(e) for e in events)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def used(stage: Stage, folder: Path, *events: dict[str, Any]) -> None:
    """Meter events, each of which must be accepted."""
    assert meter(stage.place, write(folder / "usage.jsonl", events)).accepted == len(events)


def issued(
    stage: Stage, handle: str, period: Period = SEPTEMBER, currency: str | None = None
) -> Statement:
    """Read a performer's statement as it was signed."""
    row = statement(stage.place, people.performer(handle), period, currency)
    return parse_statement(payload(row))
