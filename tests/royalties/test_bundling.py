from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import yesand
from small_troupe import ask, troupe
from yesand.corpus.services import gate
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.errors import CheckFailed, Refused
from yesand.kernel.ids import digest_of
from yesand.people import services as people
from yesand.people.models import Organisation, Performer
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.commitment import new_salt
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.statements import Predicate
from yesand.reliance.models import Report
from yesand.reliance.report import Agreement, RelianceReport, Utility
from yesand.reliance.rows import Row
from yesand.royalties import services as royalties
from yesand.royalties.events import TYPE
from yesand.royalties.models import Statement
from yesand.royalties.proving.services import bundle_for, write_bundle
from yesand.training.models import Deployment, TrainedModel

SHARES = {"Alba": 512_345_678, "Bert": 300_000_000, "Cleo": 187_654_322}


def signed(house: yesand.House, kind: Kind, about: Predicate, value: Mapping[str, Any]) -> Any:
    payload = dsse.attest(about, {"it": digest_of(value)}, value)
    return {
        "envelope": dsse.seal(payload, [house.place.signer]),
        "entry": log.record(house.place, kind, digest_of(payload)),
        "at": house.place.clock.now(),
        "digest": digest_of(payload),
    }


def report(house: yesand.House, model: TrainedModel, asked: str = "1" * 64) -> Report:
    rows = tuple(Row(h, ppb, ppb - 9, ppb + 9, 5, 4, 6, 5) for h, ppb in SHARES.items())
    found = RelianceReport(
        model=model.digest,
        queries="0" * 64,
        method="subsets",
        version="1",
        settings={},
        utility=Utility(1, 0, 1, 1),
        agreement=Agreement(None, None, None, None, 0),
        sets_shares=True,
        reason="",
        rows=rows,
    )
    salts = {handle: new_salt() for handle in SHARES}
    told = signed(house, Kind.RELIANCE_REPORTED, Predicate.RELIANCE, found.predicate(salts))
    shares = {
        row.performer: {k: v for k, v in row.as_json().items() if k != "performer"} for row in rows
    }
    return Report.objects.create(
        model=model,
        method="subsets",
        asked=asked,
        shares=shares,
        salts={handle: salt.hex() for handle, salt in salts.items()},
        sets_shares=True,
        **told,
    )


def serve(house: yesand.House, folder: Path) -> None:
    """Three performers, a gate, a model of theirs in service, and a month of usage."""
    place = house.place
    troupe(house, folder / "troupe")
    people.found(place, "house-lab", "House Lab", Organisation.Kind.LICENSEE)
    manifest = gate(place, ask(house)).manifest
    told = signed(house, Kind.MODEL_REGISTERED, Predicate.MODEL, {"manifest": manifest.digest})
    model = TrainedModel.objects.create(
        name="voice", manifest_id=manifest.digest, run={}, card={}, **told
    )
    started = signed(house, Kind.DEPLOYMENT_STARTED, Predicate.DEPLOYMENT, {"name": "coach"})
    Deployment.objects.create(
        name="coach",
        model=model,
        licensee=people.organisation("house-lab"),
        since=started["at"],
        envelope=started["envelope"],
        entry=started["entry"],
    )
    report(house, model)


def use(house: yesand.House, folder: Path, month: str, quantity: int) -> None:
    event = {
        "specversion": "1.0",
        "id": month,
        "source": "https://lab.example/gateway",
        "type": TYPE,
        "subject": "coach",
        "time": f"{month}-05T12:00:00Z",
        "data": {"unit": "request", "quantity": quantity},
    }
    path = folder / f"{month}.jsonl"
    path.write_text(json.dumps(event) + "\n")
    assert royalties.meter(house.place, path).accepted == 1


@pytest.fixture
def settled(house: yesand.House, clock: SetClock, tmp_path: Path) -> yesand.House:
    serve(house, tmp_path)
    clock.at = datetime(2026, 11, 2, tzinfo=UTC)
    use(house, tmp_path, "2026-10", 987_654)
    royalties.settle(house.place, Period(2026, 10))
    return house


def statement(house: yesand.House, handle: str, month: int = 10) -> Statement:
    return royalties.statement(house.place, people.performer(handle), Period(2026, month))


def test_every_statement_of_a_real_house_is_proven_offline(
    settled: yesand.House, tmp_path: Path
) -> None:
    for handle in SHARES:
        row = statement(settled, handle)
        path = write_bundle(settled.place, row, tmp_path / f"{handle}.zip")
        verdict = yesand.verify(path, origin=settled.place.origin)
        assert (verdict.statement, verdict.total.micro) == (row.digest, row.total_micro)
        assert verdict.line_count >= 2 and not verdict.trial


def test_the_bundle_is_always_the_same_and_holds_after_the_log_has_grown(
    settled: yesand.House, tmp_path: Path
) -> None:
    row = statement(settled, "Bert")
    first = write_bundle(settled.place, row, tmp_path / "first.zip")
    assert bytes(bundle_for(settled.place, row)) == first.read_bytes()
    log.record_many(settled.place, Kind.TAKE_RECORDED, [digest_of(i) for i in range(500)])
    second = write_bundle(settled.place, row, tmp_path / "second.zip")
    assert second.read_bytes() != first.read_bytes()
    assert yesand.verify(first).total == yesand.verify(second).total


def test_the_next_month_carries_on_from_this_one(
    settled: yesand.House, clock: SetClock, tmp_path: Path
) -> None:
    clock.at = datetime(2026, 12, 2, tzinfo=UTC)
    use(settled, tmp_path, "2026-11", 3)
    royalties.settle(settled.place, Period(2026, 11))
    row = statement(settled, "Alba", 11)
    verdict = yesand.verify(write_bundle(settled.place, row, tmp_path / "next.zip"))
    assert verdict.period == "2026-11"
    assert any(check.name.startswith("previous-") for check in verdict.checks)


def test_no_bundle_of_a_real_house_names_another_performer(
    settled: yesand.House, tmp_path: Path
) -> None:
    for handle in SHARES:
        bundle = bundle_for(settled.place, statement(settled, handle))
        clear = bytes(bundle) + b"".join(dsse.payload_of(p.envelope) for p in bundle.parts)
        assert handle.encode() in clear
        for other in Performer.objects.exclude(handle=handle):
            told = [other.handle, other.public_key, str(SHARES[other.handle])]
            told += [take.sha256 for take in other.takes.all()]
            told += [agreement.digest for agreement in other.agreements.all()]
            told += [s.digest for s in other.statements.all()]
            assert [word for word in told if word.encode() in clear] == []


def test_what_was_erased_is_not_proven(settled: yesand.House) -> None:
    row = statement(settled, "Cleo")
    log.erase(Entry.objects.filter(pk=row.entry_id))
    with pytest.raises(Refused, match="erased"):
        bundle_for(settled.place, row)
    bundle_for(settled.place, statement(settled, "Alba"))


def test_an_edited_share_is_found(settled: yesand.House, tmp_path: Path) -> None:
    bundle = bundle_for(settled.place, statement(settled, "Bert"))
    name = next(name for name in bundle.openings if name.startswith("reliance"))
    bundle.openings[name]["row"]["share_ppb"] += 1  # type: ignore[index]
    path = tmp_path / "edited.zip"
    path.write_bytes(bytes(bundle))
    with pytest.raises(CheckFailed, match="does not hold this row"):
        yesand.verify(path)
