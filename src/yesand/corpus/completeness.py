"""Whether a manifest is complete as well as sound: exactly what was permitted at its position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yesand.agreements.standing import Standing
from yesand.corpus.gate import evaluate
from yesand.corpus.manifest import SignedManifest
from yesand.corpus.table import Row, Table
from yesand.kernel.errors import CheckFailed

_STATE = 7  # of a row


@dataclass(frozen=True)
class Audit:
    """What an auditor found of a manifest that holds."""

    takes: int
    permitted: int
    denied: int
    #: Takes whose state is another now than the manifest says it was then.
    changed_since: int


def compare(
    rows: Sequence[Row], standings: Mapping[str, Standing], manifest: SignedManifest
) -> Audit:
    """Decide every take of that time again and compare it with what was signed.

    Parameters
    ----------
    rows : every take logged before the manifest's position, in log order.
    standings : what stood for each agreement at that position.

    Raises
    ------
    CheckFailed : the two differ, and in what.
    """
    where = f"manifest {manifest.digest[:12]}"
    logged = [row[0] for row in rows]
    listed = sorted([take.entry for take in manifest.takes] + [e for e, _ in manifest.denied])
    if listed != logged:
        raise CheckFailed(_difference(listed, logged), where=where)
    states = _states(manifest)
    table = Table.of(rows, states)
    ruling = evaluate(table.columns, standings, manifest.asked())
    if table.permitted(ruling, standings) != manifest.takes:
        raise CheckFailed("Other takes were permitted than it lists", where=where)
    if ruling.decisions != manifest.decisions or table.denied(ruling) != manifest.denied:
        raise CheckFailed("Other decisions were made than it lists", where=where)
    changed = sum(states[row[0]] != row[_STATE] for row in rows)
    return Audit(len(rows), len(manifest.takes), len(manifest.denied), changed)


def _states(manifest: SignedManifest) -> dict[int, str]:
    """Return the state that each take had, as the manifest's decisions tell it."""
    told = [
        next((c.value for c in decision.clauses if c.term == "state"), "accepted")
        for decision in manifest.decisions
    ]
    denied = {entry: told[number] for entry, number in manifest.denied}
    return denied | {take.entry: "accepted" for take in manifest.takes}


def _difference(listed: list[int], logged: list[int]) -> str:
    missing, extra = set(logged) - set(listed), set(listed) - set(logged)
    if missing:
        return f"Takes were left out of both lists: log entry {min(missing)} and so on"
    if extra:
        return f"Takes are listed that were not logged: entry {min(extra)} and so on"
    return "A take is listed twice"
