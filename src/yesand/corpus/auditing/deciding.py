"""Whether one manifest is exactly what was permitted at its position of the log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yesand.agreements.decision import Decision
from yesand.corpus.auditing.records import Recorded
from yesand.corpus.auditing.register import OF_STATE, OVERTAKING, Register
from yesand.corpus.gate import Ruling, evaluate
from yesand.corpus.manifest import ManifestTake, SignedManifest
from yesand.corpus.table import Row, Table
from yesand.provenance.disclosure import Disclosure
from yesand.provenance.kinds import Kind


@dataclass(frozen=True)
class Complete:
    """What an auditor found of a manifest.

    Attributes
    ----------
    entry : where the log has the manifest. size : its position: how long the log was.
    decided : takes whose decision was made again. erased : takes that nobody can decide again.
    told : takes whose state only the manifest tells: their records are of old, or were erased.
    faults : what does not hold, each in words.
    """

    digest: str
    entry: int
    size: int
    licensee: str
    permitted: int
    denied: int
    decided: int
    erased: int
    told: int
    faults: tuple[str, ...] = ()


def judge(
    manifest: SignedManifest, entry: int, log: Disclosure, register: Register, root: bytes | None
) -> Complete:
    """Decide every take of that time again, from the terms that stood, and compare.

    Parameters
    ----------
    entry : where the log has the manifest. root : the log's root at the manifest's position.
    """
    unread = any(entry < manifest.log_size for entry in log.closed(*OF_STATE))
    asked = _Asked(manifest, register, unread=unread)
    faults = [
        *_position(manifest, entry, log, root),
        *_listed(manifest, log),
        *asked.faults(),
    ]
    return Complete(
        digest=manifest.digest,
        entry=entry,
        size=manifest.log_size,
        licensee=manifest.asked().licensee,
        permitted=len(manifest.takes),
        denied=len(manifest.denied),
        decided=len(asked.rows),
        erased=sum(e < manifest.log_size for e in log.closed(Kind.TAKE_RECORDED)),
        told=asked.told,
        faults=tuple(faults),
    )


def _position(
    manifest: SignedManifest, entry: int, log: Disclosure, root: bytes | None
) -> Iterator[str]:
    predicate, size = manifest.predicate, manifest.log_size
    if predicate["house"] != log.key.name:
        yield f"it is of another house, {predicate['house']}"
    if size > entry:
        yield f"it tells position {size:,}, and was in the log before that, as entry {entry:,}"
    elif root is None or predicate["log"]["root"] != root.hex():
        yield f"the log was another at its position {size:,}"
    meanwhile = range(size, min(entry, len(log.kinds)))
    late = next((n for n in meanwhile if log.kinds[n] in OVERTAKING), None)
    if late is not None:
        what = OVERTAKING[Kind(log.kinds[late])]
        yield f"the {what} of entry {late} came before it was signed and was not obeyed"


def _listed(manifest: SignedManifest, log: Disclosure) -> Iterator[str]:
    """Say which takes of that time it leaves out, lists twice, or lists without their being any."""
    listed = Counter([t.entry for t in manifest.takes] + [e for e, _ in manifest.denied])
    kinds = log.kinds[: manifest.log_size]
    logged = {n for n, kind in enumerate(kinds) if kind == Kind.TAKE_RECORDED}
    for entry in sorted(logged - set(listed)):
        yield f"the take of entry {entry} is in neither of its lists"
    for entry in sorted(set(listed) - logged):
        yield f"entry {entry} is listed as a take and is none of that time"
    for entry in sorted(e for e, n in listed.items() if n > 1):
        yield f"the take of entry {entry} is listed more than once"


class _Asked:
    """A manifest's request, put again to every take that can be read."""

    def __init__(self, manifest: SignedManifest, register: Register, *, unread: bool) -> None:
        self.manifest, self._unread, self.told = manifest, unread, 0
        self._permitted = {take.entry: take for take in manifest.takes}
        self._denied, self._said = dict(manifest.denied), manifest.decisions
        self._names = dict(register.names)
        takes = [t for e, t in sorted(register.takes.items()) if e < manifest.log_size]
        known = register.state(manifest.log_size)
        self.rows = [self._row(take, known) for take in takes]
        self.standings = register.standings(manifest.log_size)

    def faults(self) -> Iterator[str]:
        """Say of each take that stands where it should not why it should not."""
        table = Table.of(self.rows)
        ruling = evaluate(table.columns, self.standings, self.manifest.asked())
        given = {t.entry: t for t in table.permitted(ruling, self.standings)}
        for place, row in enumerate(self.rows):
            decision = ruling.decisions[int(ruling.decision[place])]
            yield from self._fault(row[0], decision, given.get(row[0]))
        yield from self._counts(table, ruling)

    def _fault(self, entry: int, decision: Decision, right: ManifestTake | None) -> Iterator[str]:
        shown = self._permitted.get(entry)
        why = "; ".join(map(str, decision.clauses))
        if right is None and shown is not None:
            yield f"the take of entry {entry} is in it and was to be refused ({why})"
        elif right is not None and shown is None and entry in self._denied:
            yield f"the take of entry {entry} is refused and was permitted ({why})"
        elif right is not None and shown is not None and shown != right:
            named = ", ".join(n for n, v in vars(right).items() if getattr(shown, n) != v)
            yield f"the take of entry {entry} is shown otherwise than it was logged: {named}"
        elif right is None and self._reason(entry) not in {None, decision}:
            yield f"the take of entry {entry} is refused for other reasons than there were ({why})"

    def _reason(self, entry: int) -> Decision | None:
        number = self._denied.get(entry)
        known = number is not None and 0 <= number < len(self._said)
        return self._said[number] if known and number is not None else None

    def _counts(self, table: Table, ruling: Ruling) -> Iterator[str]:
        predicate = self.manifest.predicate
        counted = predicate["permitted"]["takes"], predicate["denied"]["takes"]
        if counted != (len(self.manifest.takes), len(self.manifest.denied)):
            yield "it counts other takes than it lists"
        trial = any(self.standings[name].terms.trial for name in table.used(ruling))
        if trial and not self.manifest.trial:
            yield "it hides that some of its takes stand on trial terms"
        if any(not 0 <= number < len(self._said) for number in self._denied.values()):
            yield "it refuses a take by a decision that it does not tell"

    def _row(self, take: Recorded, known: Mapping[int, str]) -> Row:
        state, said = known.get(take.entry), self._told_state(take.entry)
        if state is None or (state != said and self._unread):
            # Its record is of old, or something that was said of takes has been erased.
            state, self.told = said, self.told + 1
        shown = self._permitted.get(take.entry)
        # Who has been erased has no name any more but the one that the manifest gives throughout.
        name = self._names.get(take.performer, "")
        if not name and shown is not None:
            name = self._names.setdefault(take.performer, shown.performer)
        return (
            take.entry,
            take.sha256,
            name,
            take.emotion,
            take.agreement,
            take.duration_ms,
            take.synthetic,
            state,
            take.modality,
        )

    def _told_state(self, entry: int) -> str:
        reason = self._reason(entry)
        clauses = reason.clauses if reason else ()
        return next((clause.value for clause in clauses if clause.term == "state"), "accepted")
