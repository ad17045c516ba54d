"""Bringing recordings in: performers, agreements, sessions, takes, faults and disputes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from yesand.agreements import services as agreements
from yesand.agreements import templates
from yesand.agreements.drafts import Draft
from yesand.agreements.models import Agreement
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Modality, UseClass
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.people import services as people
from yesand.people.models import Organisation, Performer
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.takes.barring.services import kept_out, override
from yesand.takes.intake import Ear, Heard, alone, fingerprint, hear_all, here, shown
from yesand.takes.layouts import BadRow, Prompt, Row, detect, named
from yesand.takes.media import BadMedia, MediaStore
from yesand.takes.models import Fault, Scene, Session, Take
from yesand.takes.quality import rejected
from yesand.takes.records.services import dispute_payload, take_payload
from yesand.takes.report import ImportReport, Outcome
from yesand.takes.waveform import keep

#: Takes a transaction. One fsync of the registry and one of the log then serve them all, and an
#: interrupted import loses less than a second of work.
BATCH = 200


def import_corpus(
    place: Place,
    root: Path,
    *,
    layout: str | None = None,
    trial: UseClass | None = None,
    agreement: Draft | None = None,
    despite: str = "",
    progress: Progress = silent,
    batch: int = BATCH,
) -> ImportReport:
    """Import a folder of recordings; again changes nothing, interrupted it resumes.

    Parameters
    ----------
    layout : name of a layout; found by looking where it is not told.
    trial : sign trial terms of that use class over the corpus's own licence.
    agreement : what each performer signs, for recordings of one's own; without it the corpus's
        own licence is recorded, which permits nothing where it is unknown.
    despite : why files come in although their own credentials forbid it (who agreed to it, and
        where that is written). It is entered in the log with each of them.

    Raises
    ------
    BadInput : no such folder, or no layout fits. Refused : another import is running, or trial
        terms over an agreement that somebody signed.
    """
    if trial and agreement:
        raise BadInput("Trial terms and an agreement at once", remedy="Give one of them.")
    root = Path(root)
    if not root.exists():
        raise BadInput("No such file or folder", where=str(root), remedy="Check the path.")
    chosen = named(layout) if layout else detect(root)
    corpus = chosen.corpus(root)[:80]
    report = ImportReport(corpus, chosen.name)
    with alone(place.media):
        store = MediaStore(place.media)
        store.sweep()
        rows = list(chosen.rows(root))
        footing = Footing(place, corpus, trial, agreement)
        work = _Import(place, root, store, report, footing, despite=despite.strip())
        work.footing.try_out()
        for start in range(0, len(rows), batch):
            progress(start, len(rows), corpus)
            work.take(rows[start : start + batch])
        progress(len(rows), len(rows), corpus)
    report.performers = len({r.performer for r in rows if isinstance(r, Row)})
    # What an interrupted run committed and did not write out is written now.
    log.publish(place)
    return report


def bring_in(place: Place, row: Row, session: Session, ear: Ear = here) -> ImportReport:
    """Bring one recording in as an import does a folder's; again changes nothing.

    Parameters
    ----------
    session : whose it is and under which agreement.
    ear : how it is decoded and judged.
    """
    report = ImportReport("portal", "upload")
    store = MediaStore(place.media)
    footing = Footing(place, "", None, None, {row.performer: session})
    with store.busy():
        _Import(place, row.path.parent, store, report, footing, ear).take([row])
    return report


@dataclass
class Footing:
    """On what agreement each performer's takes come in."""

    place: Place
    corpus: str
    trial: UseClass | None
    draft: Draft | None
    sessions: dict[str, Session] = field(default_factory=dict)

    def session(self, row: Row) -> Session:
        """Return the session that a row belongs to; join, sign and open it if it is new."""
        if row.performer not in self.sessions:
            performer, _ = people.join(
                self.place,
                row.performer,
                credit_name=row.credit_name,
                synthetic=row.synthetic,
            )
            self.sessions[row.performer] = self._known(performer) or self._open(performer)
        return self.sessions[row.performer]

    def try_out(self) -> None:
        """Put sessions that are here already on trial terms, where those are asked for."""
        if self.trial is None:
            return
        with transaction.atomic():
            for session in Session.objects.filter(corpus=self.corpus).order_by("slug"):
                self._on_trial(agreements.current(session.agreement))

    def _known(self, performer: Performer) -> Session | None:
        found = Session.objects.filter(performer=performer, corpus=self.corpus).order_by("pk")
        if self.draft is None:
            return found.exclude(agreement__kind=Agreement.Kind.INDIVIDUAL).last()
        signed = {"agreement__template": self.draft.template, "agreement__text": self.draft.text}
        terms = self.draft.terms.as_json()
        return next((s for s in found.filter(**signed) if s.agreement.terms == terms), None)

    def _open(self, performer: Performer) -> Session:
        agreement = self._signed(performer)
        return Session.objects.create(
            slug=f"{self.corpus}/{performer.handle[:50]}/{agreement.digest[:12]}",
            performer=performer,
            agreement=agreement,
            at=self.place.clock.now(),
            corpus=self.corpus,
        )

    def _signed(self, performer: Performer) -> Agreement:
        producer = producer_of(self.place)
        if self.draft is not None:
            return agreements.sign(self.place, self.draft, performer, producer)
        licence = agreements.sign(
            self.place,
            templates.corpus_licence(self.corpus, self.place.clock.now().date()),
            performer,
            producer,
            Agreement.Kind.LICENCE,
        )
        return self._on_trial(licence)

    def _on_trial(self, standing: Agreement) -> Agreement:
        """Return trial terms in place of a licence; nobody's signature is ever replaced."""
        if self.trial is None or standing.performer.withdrawals.exists():
            return standing
        if standing.kind == Agreement.Kind.INDIVIDUAL:
            raise Refused(
                "Trial terms cannot replace what a performer has signed",
                where=standing.performer.handle,
                remedy="Import without trial terms.",
            )
        terms = Terms.parse(standing.terms)
        if standing.kind == Agreement.Kind.TRIAL and self.trial in terms.use_classes:
            return standing
        draft = templates.trial(self.trial, terms, self.place.clock.now().date())
        kind = Agreement.Kind.TRIAL
        return agreements.sign(
            self.place, draft, standing.performer, standing.producer, kind, standing
        )


def producer_of(place: Place) -> Organisation:
    """Return the organisation that runs this house, founded when first asked for."""
    return people.found(place, "producer", place.name, Organisation.Kind.PRODUCER)


@dataclass
class _Import:
    """One import under way."""

    place: Place
    root: Path
    store: MediaStore
    report: ImportReport
    footing: Footing
    ear: Ear = here
    #: Why files come in although their own credentials forbid it; empty: they do not.
    despite: str = ""
    #: (content, performer) → the path that gave it first in this run.
    seen: dict[tuple[str, str], str] = field(default_factory=dict)
    scenes: dict[str, Scene] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    #: Takes that this run accepted or rejected, and which of the two it told.
    told: dict[int, Outcome] = field(default_factory=dict)

    def take(self, rows: Sequence[Row | BadRow]) -> None:
        """Take a batch of rows in: media first, then all their records at once."""
        heard = list(self._heard(self._new(rows)))
        self.store.keep([(h.staged, h.probe.media_type) for h in heard])
        with transaction.atomic():
            Fault.objects.bulk_create(self.faults, ignore_conflicts=True)
            takes = self._record(heard)
            override(self.place, zip(takes, heard, strict=True), self.despite)
            disputed = self._dispute(takes)
        self.faults.clear()
        for waiting in heard:
            waiting.staged.path.unlink(missing_ok=True)
            if waiting.judged.outline:
                keep(waiting.judged.outline, waiting.staged.sha256, self.place.cache)
        self._tell(takes, disputed)

    def _new(self, rows: Sequence[Row | BadRow]) -> Iterator[tuple[Row, str]]:
        marked = [named for row in rows if (named := self._mark(row))]
        known = set(
            Take.objects.filter(sha256__in={s for _, s in marked}).values_list(
                "sha256", "performer__handle"
            )
        )
        for row, sha256 in marked:
            if (sha256, row.performer) in known:
                self.report.add(self._name(row.path), Outcome.KNOWN)
            else:
                yield row, sha256

    def _mark(self, row: Row | BadRow) -> tuple[Row, str] | None:
        """Return the row with its content's hash, or nothing for one that cannot be taken."""
        if isinstance(row, BadRow):
            self._fault(row.path, row.reason)
            return None
        try:
            sha256 = fingerprint(row.path)
        except BadMedia as fault:
            self._fault(row.path, fault.what)
            return None
        first = self.seen.setdefault((sha256, row.performer), self._name(row.path))
        if first != self._name(row.path):
            self._fault(row.path, f"Duplicate: the same content as {first}")
            return None
        return row, sha256

    def _heard(self, rows: Iterable[tuple[Row, str]]) -> Iterator[Heard]:
        for row, heard in hear_all(self.store, rows, self.ear):
            if isinstance(heard, BadMedia):
                self._fault(row.path, heard.what)
            elif reason := kept_out(heard, self.despite):
                heard.staged.path.unlink(missing_ok=True)
                self.report.barred += 1
                self._fault(row.path, reason)
            else:
                yield heard

    def _fault(self, path: Path, reason: str) -> None:
        self.report.add(self._name(path), Outcome.FAULT, reason)
        self.faults.append(
            Fault(
                corpus=self.report.corpus,
                path=self._name(path),
                reason=reason[:500],
                at=self.place.clock.now(),
            )
        )

    def _record(self, heard: Sequence[Heard]) -> list[Take]:
        takes = [self._made(h) for h in heard]
        records = [digest_of(take_payload(take)) for take in takes]
        for take, entry in zip(
            takes, log.record_many(self.place, Kind.TAKE_RECORDED, records), strict=True
        ):
            take.entry = entry
        return Take.objects.bulk_create(takes)

    def _made(self, heard: Heard) -> Take:
        row, probe = heard.row, heard.probe
        session = self.footing.session(row)
        findings = list(heard.judged.findings)
        return Take(
            sha256=heard.staged.sha256,
            performer=session.performer,
            session=session,
            scene=self._scene(row.scene) if row.scene else None,
            emotion=row.emotion,
            intensity=row.intensity,
            repetition=row.repetition,
            language=row.language,
            modality=shown_in(probe.media_type),
            media_type=probe.media_type,
            duration_ms=probe.duration_ms,
            sample_rate=probe.sample_rate,
            channels=probe.channels,
            original_name=shown(row.path, self.root, 255),
            state=Take.State.REJECTED if rejected(findings) else Take.State.ACCEPTED,
            findings=[f.as_json() for f in findings],
            synthetic=row.synthetic or session.performer.synthetic,
            recorded_at=row.recorded_at or session.at,
        )

    def _scene(self, prompt: Prompt) -> Scene:
        if prompt.slug not in self.scenes:
            told = {
                "title": prompt.title,
                "circumstances": prompt.circumstances,
                "relationship": prompt.relationship,
                "beats": list(prompt.beats),
            }
            found, _ = Scene.objects.get_or_create(slug=prompt.slug, defaults=told)
            self.scenes[prompt.slug] = found
        return self.scenes[prompt.slug]

    def _dispute(self, takes: Sequence[Take]) -> list[tuple[Take, str]]:
        """Mark every take whose content two performers give; return them, each with why."""
        new = {take.pk for take in takes}
        disputed = []
        for claims in _claims({take.sha256 for take in takes}):
            for nth, claim in enumerate(claims):
                if nth and claim.pk in new:
                    payload = dispute_payload(claims[: nth + 1])
                    log.record(self.place, Kind.TAKE_DISPUTED, digest_of(payload))
                disputed.append((claim, f"The same content as {_other(claim, claims)}"))
            Take.objects.filter(pk__in=[c.pk for c in claims]).update(state=Take.State.DISPUTED)
        return disputed

    def _tell(self, takes: Sequence[Take], disputed: Sequence[tuple[Take, str]]) -> None:
        why = {take.pk: (take, reason) for take, reason in disputed}
        for take in takes:
            self.report.duration_ms += take.duration_ms
            if take.pk not in why:
                reason = "; ".join(f["reason"] for f in take.findings if f["rejects"])
                outcome = Outcome.REJECTED if reason else Outcome.IMPORTED
                self.report.add(take.original_name, outcome, reason)
                self.told[take.pk] = outcome
        new = {take.pk for take in takes}
        for pk, (take, reason) in why.items():
            # A take of this run may turn out disputed only when a later batch gives its twin.
            if pk in new or pk in self.told:
                self.report.retract(take.original_name, self.told.pop(pk, None))
                self.report.add(take.original_name, Outcome.DISPUTED, reason)

    def _name(self, path: Path) -> str:
        return shown(path, self.root, 1000)


def shown_in(media_type: str) -> Modality:
    """Return what a file shows of a performer.

    A video shows the face, whatever else is wanted of it, and holds the voice as well: it leaves
    under terms for both alone (``agreements.film``). Its sound can be given as a take of its own
    (``yesand channels``).
    """
    return Modality.FACE if media_type.startswith("video/") else Modality.VOICE


def _claims(contents: set[str]) -> Iterator[list[Take]]:
    """Yield the takes of each content that more than one performer gives, in the log's order."""
    found = Take.objects.filter(sha256__in=contents).select_related("performer", "entry")
    by_content: dict[str, list[Take]] = {}
    for take in found.order_by("entry_id"):
        by_content.setdefault(take.sha256, []).append(take)
    yield from (claims for _, claims in sorted(by_content.items()) if len(claims) > 1)


def _other(take: Take, claims: Sequence[Take]) -> str:
    other = next(c for c in claims if c.pk != take.pk)
    return f"{other.original_name} by {other.performer.handle}"
