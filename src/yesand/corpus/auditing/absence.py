"""Whether what was withdrawn is absent from every manifest that was signed later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yesand.agreements.film import asked_with
from yesand.corpus.auditing.records import Recorded, TakenBack
from yesand.corpus.auditing.register import Register, against, seen
from yesand.corpus.manifest import SignedManifest

#: A manifest, and where the log has it.
Logged = tuple[int, SignedManifest]


@dataclass(frozen=True)
class Absence:
    """What an auditor found of a withdrawal.

    Attributes
    ----------
    later : manifests that were signed after it. takes : takes of which it speaks, at the end.
    kept_out : those of them that a later manifest would have had to name, and none does.
    open : later manifests for a use that was not withdrawn, or that was agreed to anew since.
    faults : manifests that hold withdrawn takes all the same, each by its name.
    """

    entry: int
    digest: str
    scope: str
    takes: int
    later: int
    kept_out: int
    open: int
    faults: tuple[str, ...] = ()


def absent(withdrawal: TakenBack, manifests: Sequence[Logged], register: Register) -> Absence:
    """Look for the takes of a withdrawal in every manifest that was signed after it."""
    later = [(entry, each) for entry, each in manifests if entry > withdrawal.entry]
    mine = [take for take in register.takes.values() if _about(withdrawal, take)]
    covered = [(entry, each, _covered(withdrawal, mine, each, register)) for entry, each in later]
    return Absence(
        entry=withdrawal.entry,
        digest=withdrawal.digest,
        scope=str(withdrawal.scope),
        takes=len(mine),
        later=len(later),
        kept_out=len(set[int]().union(*(takes for _, _, takes in covered))),
        open=sum(not takes for _, _, takes in covered),
        faults=tuple(_faults(withdrawal, covered)),
    )


def _faults(
    withdrawal: TakenBack, covered: Sequence[tuple[int, SignedManifest, set[int]]]
) -> Iterator[str]:
    for entry, manifest, takes in covered:
        held = sorted(take.entry for take in manifest.takes if take.entry in takes)
        if held:
            yield (
                f"manifest {manifest.digest[:12]} (entry {entry}) holds {len(held)} of the takes "
                f"that entry {withdrawal.entry} withdrew: entries {', '.join(map(str, held[:5]))}"
                f"{' …' if len(held) > 5 else ''}"
            )


def _about(withdrawal: TakenBack, take: Recorded) -> bool:
    named = withdrawal.scope.takes
    return take.performer == withdrawal.performer and (not named or take.sha256 in named)


def _covered(
    withdrawal: TakenBack, mine: Sequence[Recorded], manifest: SignedManifest, register: Register
) -> set[int]:
    """Return the takes that the withdrawal forbids to a manifest's request."""
    if not any(map(seen(withdrawal).covers, asked_with(manifest.asked()))):
        return set()
    size = max(manifest.log_size, withdrawal.entry + 1)
    signed = {a.digest: a for a in register.agreements}
    standings = register.standings(size)
    return {
        take.entry
        for take in mine
        if take.entry < size and against(withdrawal, signed[standings[take.agreement].agreement])
    }
