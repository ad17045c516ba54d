"""The audit that needs nobody's word: every manifest decided again, every withdrawal followed.

Everything is computed from a disclosure, under a checkpoint that the log has signed; no house is
asked. What it prints names takes and agreements by their entries in the log, and nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yesand.corpus.auditing.absence import Absence, Logged, absent
from yesand.corpus.auditing.deciding import Complete, judge
from yesand.corpus.auditing.records import manifest as read_manifest
from yesand.corpus.auditing.register import OF_STATE, Register
from yesand.corpus.manifest import SignedManifest, of_bytes
from yesand.kernel.errors import CheckFailed
from yesand.kernel.keys import key_id
from yesand.provenance.disclosure import Disclosure
from yesand.provenance.kinds import Kind

_MOST = 8


@dataclass(frozen=True)
class Audited:
    """What was found, all of it holding."""

    log: str
    size: int
    root: str
    takes: int
    agreements: int
    #: Entries about takes that are not shown: of people who were erased, says the house.
    erased: int
    manifests: tuple[Complete, ...]
    withdrawals: tuple[Absence, ...]

    def lines(self, *, compared: bool = True) -> list[str]:
        """Return it for people; ``compared``: they had the log's key from elsewhere."""
        told = [
            f"log: {self.size:,} entries, root {self.root[:16]}, signed by its key",
            f"laid open: takes {self.takes:,}, agreements {self.agreements:,}, "
            f"withdrawals {len(self.withdrawals):,}, manifests {len(self.manifests):,}",
        ]
        if self.erased:
            told.append(f"not laid open, as erased: {self.erased:,} entries about takes")
        return [
            *told,
            *(line for each in self.manifests for line in _complete(each)),
            *map(_absence, self.withdrawals),
            *([] if compared else [f"The log's key is {self.log}: compare it with its house's."]),
        ]


def audit(log: Disclosure, given: Sequence[tuple[str, bytes]] = ()) -> Audited:
    """Decide every manifest of a log again, and follow every withdrawal through them.

    Parameters
    ----------
    given : manifests that the reader has from elsewhere, with their names; each must be one of
        the log's.

    Raises
    ------
    CheckFailed : everything that does not hold, manifest by manifest.
    """
    register = Register.of(log)
    manifests = [(e.index, read_manifest(e, log.key)) for e in log.of(Kind.MANIFEST_SIGNED)]
    _check_given(log, manifests, given)
    roots = log.roots(each.log_size for _, each in manifests)
    judged = [judge(m, entry, log, register, roots.get(m.log_size)) for entry, m in manifests]
    followed = [absent(w, manifests, register) for w in register.withdrawals]
    faults = [f"manifest {j.digest[:12]} (entry {j.entry}): {f}" for j in judged for f in j.faults]
    _check_all([*(fault for each in followed for fault in each.faults), *faults], log)
    return Audited(
        log=str(log.key),
        size=log.head.size,
        root=log.head.root.hex(),
        takes=len(register.takes),
        agreements=len(register.agreements),
        erased=len(log.closed(Kind.TAKE_RECORDED, *OF_STATE)),
        manifests=tuple(judged),
        withdrawals=tuple(followed),
    )


def _check_given(
    log: Disclosure, manifests: Sequence[Logged], given: Sequence[tuple[str, bytes]]
) -> None:
    known = {each.digest: each for _, each in manifests}
    for name, data in given:
        read = of_bytes(data, {key_id(log.key.public): log.key.public}, where=name)
        if read.digest in known:
            _check_stands_for(read, known[read.digest], name)
            continue
        _check_within(read, log, name)
        raise CheckFailed(
            f"The manifest {read.digest[:12]} was never entered in the log",
            where=name,
            remedy="It was signed outside the log: whoever has it was given no permit.",
        )


def _check_stands_for(read: SignedManifest, logged: SignedManifest, name: str) -> None:
    if not read.stands_for(logged):
        raise CheckFailed(
            f"The exported copy holds other takes than the manifest {logged.digest[:12]}",
            where=name,
        )


def _check_within(read: SignedManifest, log: Disclosure, name: str) -> None:
    if read.log_size >= log.head.size:
        raise CheckFailed(
            f"The log ends at {log.head.size:,} entries, and the manifest is of position "
            f"{read.log_size:,} or later",
            where=name,
            remedy="Ask the house for a disclosure of today.",
        )


def _check_all(faults: Sequence[str], log: Disclosure) -> None:
    if faults:
        more = f"; and {len(faults) - _MOST} more" if len(faults) > _MOST else ""
        raise CheckFailed("; ".join(faults[:_MOST]) + more, where=log.key.name)


def _complete(found: Complete) -> list[str]:
    told = [
        f"manifest {found.digest[:12]} for {found.licensee}, at position {found.size:,}: "
        f"{found.permitted:,} permitted, {found.denied:,} refused; "
        f"{found.decided:,} takes decided again, every one the same"
    ]
    if found.erased:
        told.append(f"  {found.erased:,} of its takes were erased: nobody can decide them again")
    if found.told:
        told.append(f"  of {found.told:,} takes it alone tells whether they had been accepted")
    return told


def _absence(found: Absence) -> str:
    told = (
        f"withdrawal of entry {found.entry:,} ({found.scope}): {found.kept_out:,} takes, in none "
        f"of the manifests that were signed later and ask for them ({found.later - found.open:,})"
    )
    others = f"; {found.open:,} later ones ask for what was not withdrawn, or was agreed to anew"
    return told + (others if found.open else "")
