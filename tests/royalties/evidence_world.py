"""A house's evidence made by hand and in memory: three performers, a model, two settled months."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from yesand.agreements.drafts import PAYLOAD_TYPE, Draft
from yesand.agreements.terms import Amount, Pay, Terms
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.ids import digest, digest_of
from yesand.kernel.keys import Signer
from yesand.provenance import dsse, merkle
from yesand.provenance.bundle import Bundle, Logged, Part
from yesand.provenance.commitment import commit, entry_bytes, new_salt
from yesand.provenance.evidence import origin_of
from yesand.provenance.kinds import Kind
from yesand.provenance.proof import Proof
from yesand.provenance.statements import Predicate
from yesand.provenance.tiles import Log
from yesand.reliance.rows import Row
from yesand.royalties.facts import Facts, ModelBasis, Service, Settled, UsageTotal
from yesand.royalties.lines import Part as Given
from yesand.royalties.lines import Reliance, Weight
from yesand.royalties.proving.takes import shown_takes
from yesand.royalties.statement import Statement, parse_statement, statement

AT = "2026-10-01T00:00:00Z"
HANDLES = ("Ada", "Ben", "Cleo")
MODEL = digest(b"model")
SHARES = {"Ada": 500_000_000, "Ben": 300_000_000, "Cleo": 200_000_000}
#: Ada gave 2 takes, Ben 3, Cleo 4, each of its own length.
TAKES: list[dict[str, Any]] = [
    {
        "agreement": "",
        "duration_ms": 1000 + 37 * n,
        "emotion": "joy",
        "entry": n,
        "performer": handle,
        "sha256": digest(f"{handle} {n}".encode()),
        "synthetic": True,
    }
    for n, handle in enumerate(h for i, h in enumerate(HANDLES) for _ in range(i + 2))
]


class World:
    """A small house, made by hand: three performers, a model, a report, a settled month."""

    def __init__(self, folder: Path) -> None:
        self.house, self.producer = Signer.generate(), Signer.generate()
        self.people = {handle: Signer.generate() for handle in HANDLES}
        self.log = Log(folder, origin_of(self.house.public), self.house)
        self.log.append([b"before %d" % i for i in range(700)])
        self.records: dict[str, tuple[Logged, int]] = {}
        self.agreements = {handle: self._agreement(handle) for handle in HANDLES}
        self.salts = {handle: new_salt() for handle in HANDLES}
        self.manifest = self.seal(Predicate.MANIFEST, Kind.MANIFEST_SIGNED, self._manifest())
        self.report = self.seal(Predicate.RELIANCE, Kind.RELIANCE_REPORTED, self.report_predicate())
        self.months = dict[str, dict[str, Any]]()
        self.statements = dict[tuple[str, str], dict[str, Any]]()
        self.settle("2026-09", 1_234_567)
        self.settle("2026-10", 7_654_321)

    def settle(self, month: str, quantity: int) -> None:
        settled = self._settled(month, quantity)
        predicate = settled.model_dump(mode="json")
        self.months[month] = self.seal(Predicate.SETTLEMENT, Kind.PERIOD_SETTLED, predicate)
        for handle in HANDLES:
            made = statement(
                self._facts(handle, month),
                settled,
                record(self.months[month]),
                {record(self.agreements[handle]): TERMS},
                {MODEL: self._share(handle)},
            )
            self.issue(handle, month, made)

    def issue(self, handle: str, month: str, made: Statement) -> None:
        kind = Kind.STATEMENT_ISSUED
        predicate = made.model_dump(mode="json")
        self.statements[handle, month] = self.seal(Predicate.STATEMENT, kind, predicate)

    def issued(self, handle: str, month: str) -> Statement:
        return parse_statement(predicate_of(self.statements[handle, month]))

    def bundle(self, handle: str = "Ben", month: str = "2026-10") -> Bundle:
        parts = [
            self.part("statement", self.statements[handle, month]),
            self.part("settlement", self.months[month]),
            self.part("manifest", self.manifest),
            self.part("reliance", self.report),
            self.part("agreement", self.agreements[handle]),
        ]
        if month == "2026-10":
            parts.append(self.part("previous", self.statements[handle, "2026-09"]))
        keys = {
            "house": self.house.public.hex(),
            "performer": self.people[handle].public.hex(),
            "producer": self.producer.public.hex(),
        }
        openings = {
            "manifest": shown_takes(TAKES, handle),
            "reliance": {"row": row(handle).as_json(), "salt": self.salts[handle].hex()},
        }
        return Bundle("statement", self.log.origin, keys, tuple(parts), openings)

    def part(self, role: str, envelope: dict[str, Any]) -> Part:
        logged, index = self.records[record(envelope)]
        proof = Proof(index, tuple(self.log.inclusion(index)), self.log.checkpoint())
        agreed = role == "agreement"
        return Part(
            role,
            role,
            envelope,
            logged,
            bytes(proof),
            ("performer", "producer") if agreed else ("house",),
            PAYLOAD_TYPE if agreed else dsse.IN_TOTO,
        )

    def enter(self, kind: Kind, envelope: dict[str, Any]) -> dict[str, Any]:
        salt = new_salt()
        leaf = entry_bytes(kind.value, AT, commit(salt, record(envelope)))
        logged = Logged(kind=kind.value, at=AT, salt=salt.hex())
        self.records[record(envelope)] = logged, self.log.append([leaf])
        return envelope

    def seal(
        self, predicate_type: Predicate, kind: Kind, predicate: dict[str, Any]
    ) -> dict[str, Any]:
        body = dsse.attest(predicate_type, {"it": digest_of(predicate)}, predicate)
        return self.enter(kind, dsse.seal(body, [self.house]))

    def _agreement(self, handle: str) -> dict[str, Any]:
        draft = Draft("standard", TERMS, "In short.", "In full.")
        performer, producer = self.people[handle], self.producer
        payload = draft.payload("individual", performer.public.hex(), producer.public.hex(), None)
        sealed = dsse.seal(payload, [producer, performer], PAYLOAD_TYPE)
        return self.enter(Kind.AGREEMENT_SIGNED, sealed)

    def _manifest(self) -> dict[str, Any]:
        root = merkle.root(merkle.leaf_hash(canonical(take)) for take in TAKES)
        length = sum(take["duration_ms"] for take in TAKES)
        return {"permitted": {"duration_ms": length, "root": root.hex(), "takes": len(TAKES)}}

    def report_predicate(self) -> dict[str, Any]:
        rows = sorted(row(handle).sealed(self.salts[handle]) for handle in HANDLES)
        return {"model": MODEL, "method": "test", "sets_shares": True, "rows": rows}

    def _settled(self, month: str, quantity: int) -> Settled:
        usage = UsageTotal(
            deployment="app",
            model=MODEL,
            licensee="lab",
            unit="request",
            currency=None,
            realtime=False,
            usage_period=month,
            quantity=quantity,
            events=10,
        )
        return Settled(
            house=self.log.origin,
            period=month,
            covers=(month,),
            previous=None,
            trial=False,
            synthetic=True,
            usage=(usage,),
            services=(Service(deployment="app", model=MODEL, licensee="lab", months=(month,)),),
            models=(
                ModelBasis(
                    model=MODEL,
                    manifest=record(self.manifest),
                    performers=len(HANDLES),
                    duration_ms=sum(take["duration_ms"] for take in TAKES),
                    report=record(self.report),
                ),
            ),
            batches=(digest(month.encode()),),
            agreements=digest(b"all"),
        )

    def _facts(self, handle: str, month: str) -> Facts:
        before = self.statements.get((handle, "2026-09"))
        given = Given(
            agreement=record(self.agreements[handle]),
            takes=len(of(handle)),
            duration_ms=sum(of(handle)),
        )
        weight = Weight(
            model=MODEL,
            manifest=record(self.manifest),
            performers=len(HANDLES),
            rank=HANDLES.index(handle),
            total_ms=sum(sum(of(h)) for h in HANDLES),
            before_ms=sum(sum(of(h)) for h in HANDLES if h < handle),
            parts=(given,),
        )
        carried = self.issued(handle, "2026-09").carried_micro if before else 0
        return Facts(
            period=month,
            performer=handle,
            performer_key=self.people[handle].public.hex(),
            currency="EUR",
            trial=False,
            synthetic=True,
            weights=(weight,),
            sessions=(),
            brought_forward_micro=carried,
            previous=record(before) if before else None,
        )

    def _share(self, handle: str) -> Reliance:
        read = row(handle)
        return Reliance(
            report=record(self.report),
            method="test",
            share_ppb=read.share_ppb,
            low_ppb=read.low_ppb,
            high_ppb=read.high_ppb,
        )


TERMS = Terms(
    valid_from=date(2026, 1, 1),
    pay=Pay(
        per_unit={"request": Amount(currency="EUR", micro=137)},
        minimum_per_period=Amount.of("EUR", "80"),
        contribution_ppm=80_000,
    ),
)


def of(handle: str) -> list[int]:
    return [int(str(t["duration_ms"])) for t in TAKES if t["performer"] == handle]


def row(handle: str) -> Row:
    share = SHARES[handle]
    return Row(handle, share, share - 1000, share + 1000, 7, 6, 8, 7)


def record(envelope: dict[str, Any]) -> str:
    return digest(dsse.payload_of(envelope))


def predicate_of(envelope: dict[str, Any]) -> Any:
    return parse(dsse.payload_of(envelope))["predicate"]
