"""Gathering the evidence for one performer's statement, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yesand.agreements.drafts import PAYLOAD_TYPE
from yesand.agreements.models import Agreement
from yesand.corpus import services as corpus
from yesand.corpus.models import Manifest
from yesand.kernel.canonical import parse
from yesand.kernel.errors import Refused
from yesand.kernel.place import Place
from yesand.provenance import bundle as files
from yesand.provenance import services as log
from yesand.provenance.bundle import Bundle, Logged, Part
from yesand.provenance.dsse import IN_TOTO, payload_of
from yesand.provenance.evidence import HOUSE
from yesand.provenance.models import Entry
from yesand.reliance.models import Report
from yesand.royalties.correcting import patched
from yesand.royalties.evidence import (
    AGREEMENT,
    CORRECTED,
    ESTIMATE,
    INSTRUMENT,
    MANIFEST,
    PERFORMER,
    PREVIOUS,
    RELIANCE,
    RESETTLED,
    SETTLEMENT,
    STATEMENT,
    TARIFF,
    key_named,
)
from yesand.royalties.facts import Settled
from yesand.royalties.instruments.services import read
from yesand.royalties.instruments.shapes import OWN
from yesand.royalties.models import Estimate, Instrument, Settlement, Statement, TariffVersion
from yesand.royalties.proving.takes import shown_takes
from yesand.royalties.statement import Statement as Payload
from yesand.royalties.statement import parse_settled, parse_statement

Record = (
    Statement | Settlement | Agreement | Manifest | Report | Instrument | TariffVersion | Estimate
)


def write_bundle(place: Place, statement: Statement, path: Path) -> Path:
    """Write a statement's evidence bundle; the same statement and log give the same bytes."""
    files.write(bundle_for(place, statement), path)
    return path


def bundle_for(place: Place, statement: Statement) -> Bundle:
    """Return everything that bears out a statement and names nobody but its performer.

    Of a reliance report it shows the performer's own row, of a manifest their own takes.

    Raises
    ------
    Refused : something it rests on was erased.
    """
    return _Folder(place, statement).bundle()


@dataclass
class _Folder:
    """What goes into one bundle: roles and records first, their proofs under one checkpoint then.

    ``records`` maps a part's name to its role, its record and the names of its signers' keys.
    """

    place: Place
    statement: Statement
    records: dict[str, tuple[str, Record, tuple[str, ...]]] = field(default_factory=dict)
    openings: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    redone: list[Statement] = field(default_factory=list)

    def bundle(self) -> Bundle:
        performer = self.statement.performer
        self.keys = {HOUSE: self.place.signer.public.hex(), PERFORMER: performer.public_key}
        issued = parse_statement(_predicate(self.statement))
        self._add(STATEMENT, self.statement)
        self._add(SETTLEMENT, self.statement.settlement)
        if issued.previous:
            self._add(PREVIOUS, Statement.objects.get(digest=issued.previous))
        for digest in issued.evidence.instruments:
            instrument = Instrument.objects.get(digest=digest)
            own = read(instrument).kind in OWN
            self._add(INSTRUMENT, instrument, (PERFORMER,) if own else (HOUSE,))
        for digest in issued.evidence.corrected:
            self._corrected(Statement.objects.select_related("settlement").get(digest=digest))
        for digest in issued.evidence.agreements:
            agreement = Agreement.objects.select_related("producer").get(digest=digest)
            self._add(AGREEMENT, agreement, self._signers(agreement))
        for digest in issued.evidence.tariffs:
            self._add(TARIFF, TariffVersion.objects.get(digest=digest))
        for digest in issued.evidence.estimates:
            self._add(ESTIMATE, Estimate.objects.get(digest=digest))
        for digest in issued.evidence.manifests:
            takes = [take.as_json() for take in corpus.find(self.place, digest).takes]
            name = self._add(MANIFEST, Manifest.objects.get(digest=digest))
            self.openings[name] = shown_takes(takes, issued.performer)
        for digest in self._reports(issued):
            report = Report.objects.get(digest=digest)
            self.openings[self._add(RELIANCE, report)] = _own_row(report, issued.performer)
        return Bundle(STATEMENT, self.place.origin, self.keys, tuple(self._parts()), self.openings)

    def _add(self, role: str, record: Record, signers: tuple[str, ...] = (HOUSE,)) -> str:
        name = f"{role}-{record.digest[:12]}"
        self.records[name] = role, record, signers
        return name

    def _signers(self, agreement: Agreement) -> tuple[str, ...]:
        producer = agreement.producer.public_key
        name = key_named(producer)
        self.keys[name] = producer
        return (name,) if agreement.kind == Agreement.Kind.LICENCE else (PERFORMER, name)

    def _corrected(self, statement: Statement) -> None:
        self._add(CORRECTED, statement)
        months = {month.settlement for month in self._settled().corrections}
        if statement.settlement.digest in months:
            self._add(RESETTLED, statement.settlement)
            self.redone.append(statement)

    def _settled(self) -> Settled:
        return parse_settled(_predicate(self.statement.settlement))

    def _reports(self, issued: Payload) -> list[str]:
        """Return the reports by which these months' settlements share the performer's pools."""
        settled = self._settled()
        found = _of_models(settled, issued)
        for month in settled.corrections:
            for row in self.redone:
                if row.settlement.digest == month.settlement:
                    right = patched(parse_settled(_predicate(row.settlement)), month)
                    found |= _of_models(right, parse_statement(_predicate(row)))
        return sorted(found)

    def _parts(self) -> Iterator[Part]:
        entries = {name: record.entry for name, (_, record, _) in self.records.items()}
        proofs = log.prove_many(self.place, [entry.index for entry in entries.values()])
        for (name, held), proof in zip(self.records.items(), proofs, strict=True):
            role, record, signers = held
            entry = _logged(entries[name], name)
            kind = PAYLOAD_TYPE if role == AGREEMENT else IN_TOTO
            yield Part(role, name, record.envelope, entry, bytes(proof), signers, kind)


def _of_models(settled: Settled, issued: Payload) -> set[str]:
    models = {weight.model for weight in issued.weights}
    return {m.report for m in settled.models if m.report and m.model in models}


def _predicate(record: Statement | Settlement) -> Any:
    return parse(payload_of(record.envelope))["predicate"]


def _logged(entry: Entry, name: str) -> Logged:
    if not entry.salt:
        raise Refused("What this rests on was erased", where=name)
    return Logged(kind=entry.kind, at=entry.at, salt=entry.salt)


def _own_row(report: Report, handle: str) -> Mapping[str, Any]:
    if handle not in report.shares:
        raise Refused("The reliance report lacks this performer", where=handle)
    return {"row": {"performer": handle, **report.shares[handle]}, "salt": report.salts[handle]}
