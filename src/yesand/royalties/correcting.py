"""Putting a settled month right: what was stated is taken back, line by line, and stated again.

The month is computed again as it should have been, from the same facts; whatever comes out
otherwise becomes a reversal of the line that stands and the line in its place. So correcting and
then settling comes to what settling right in the first place would have come to. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from yesand.agreements.terms import Terms
from yesand.kernel.errors import CheckFailed
from yesand.royalties.facts import CorrectedMonth, Facts, Settled
from yesand.royalties.lines import Corrects, Kind, Line, Reliance
from yesand.royalties.reckoning import lines_for

#: What makes two lines be about the same thing.
_SAME = (
    "kind licensee agreement deployment model usage_period unit realtime session earned_in".split()
)


@dataclass(frozen=True)
class Standing:
    """A line that counts now: in which of the performer's statements, and at which place."""

    statement: str
    place: int
    line: Line


@dataclass(frozen=True)
class Redone:
    """One settled month of one performer, to be put right.

    Attributes
    ----------
    statements : the statement of that month, and those that have corrected it since, in order.
    facts : of the statement of that month.
    settled : the month as it should have been settled (``patched``).
    shares : model → the performer's share in the report that it should have been shared by.
    why : the reason, as the correction gives it.
    """

    statements: tuple[str, ...]
    facts: Facts
    standing: tuple[Standing, ...]
    settled: Settled
    shares: Mapping[str, Reliance]
    why: str


def patched(settled: Settled, month: CorrectedMonth) -> Settled:
    """Return a settled month as it should have been.

    Raises
    ------
    CheckFailed : a model or a row of usage that the month does not have.
    """
    reports = {m.model: m.report for m in month.reports}
    counts = {r.row: r.quantity for r in month.usage}
    unknown = reports.keys() - {m.model for m in settled.models}
    if unknown or any(row >= len(settled.usage) for row in counts):
        raise CheckFailed("A correction of what was not settled", where=month.period)
    return settled.model_copy(
        update={
            "models": tuple(
                m.model_copy(update={"report": reports.get(m.model, m.report)})
                for m in settled.models
            ),
            "usage": tuple(
                row.model_copy(update={"quantity": counts[n], "estimate": None})
                if n in counts
                else row
                for n, row in enumerate(settled.usage)
            ),
        }
    )


def standing(
    statements: Iterable[tuple[str, Sequence[Line]]],
) -> tuple[tuple[str, ...], tuple[Standing, ...]]:
    """Return the statements that have a part in a month, and its lines as they count now.

    Parameters
    ----------
    statements : the statement of the month, then later ones, in order, each with its digest.
    """
    found: dict[tuple[str, int], Standing] = {}
    parts: list[str] = []
    for digest, lines in statements:
        first = not parts
        ours = [
            (place, line)
            for place, line in enumerate(lines)
            if (_stated(line) if first else _about_ours(line, found, parts[0]))
        ]
        for place, line in ours:
            about = line.corrects
            if about is not None and about.reverses:
                found.pop((about.statement, about.line or 0))
            else:
                found[digest, place] = Standing(digest, place, line)
        if first or ours:
            parts.append(digest)
    return tuple(parts), tuple(found.values())


def _stated(line: Line) -> bool:
    return line.corrects is None and line.kind is not Kind.ADVANCE


def _about_ours(line: Line, found: Mapping[tuple[str, int], Standing], first: str) -> bool:
    about = line.corrects
    if about is None:
        return False
    if about.line is None:
        return about.statement == first
    return (about.statement, about.line) in found


def correction_lines(
    redone: Iterable[Redone], terms: Mapping[str, Terms], *, dated: bool = True
) -> Iterator[Line]:
    """Yield, for every line that should have been another, its reversal and what is right.

    Parameters
    ----------
    dated : each names the month that it puts right (`statement.Statement`, form 4).
    """
    for month in redone:
        named = month.facts.period if dated else None
        right = lines_for(month.facts, month.settled, terms, month.shares)
        for was, now in _paired(month.standing, right):
            if was is not None and now is not None and was.line.micro == now.micro:
                continue
            if was is not None:
                yield _reversal(was, month, named)
            if now is not None:
                yield _instead(was, now, month, named)


def _paired(
    standing: Iterable[Standing], right: Iterable[Line]
) -> Iterator[tuple[Standing | None, Line | None]]:
    """Pair what stands with what is right, by what they are about."""
    there: dict[tuple[object, ...], tuple[list[Standing], list[Line]]] = {}
    for one in standing:
        there.setdefault(_about(one.line), ([], []))[0].append(one)
    for line in right:
        there.setdefault(_about(line), ([], []))[1].append(line)
    for was, now in there.values():
        yield from zip_longest(was, now)


def _about(line: Line) -> tuple[object, ...]:
    return tuple(getattr(line, name) for name in _SAME)


def _reversal(was: Standing, month: Redone, named: str | None) -> Line:
    about = Corrects(statement=was.statement, line=was.place, reverses=True, month=named)
    told = f"Taken back from the statement of {month.facts.period} ({month.why}): {was.line.why}"
    back = {
        "micro": -was.line.micro,
        "through": tuple(one.reversed() for one in was.line.through),
    }
    return was.line.model_copy(update={**back, "why": told, "corrects": about})


def _instead(was: Standing | None, now: Line, month: Redone, named: str | None) -> Line:
    about = Corrects(
        statement=was.statement if was else month.statements[0],
        line=was.place if was else None,
        reverses=False,
        month=named,
    )
    told = f"As the statement of {month.facts.period} should have said: {now.why}"
    return now.model_copy(update={"why": told, "corrects": about})


def manifests_of(redone: Iterable[Redone]) -> set[str]:
    """Return the manifests that corrected months rest on."""
    return {weight.manifest for month in redone for weight in month.facts.weights}


def agreements_of(redone: Iterable[Redone]) -> set[str]:
    """Return the agreements that corrected months are priced by."""
    return {
        agreement
        for month in redone
        for agreement in [*month.facts.agreements, *(s.agreement for s in month.facts.sessions)]
    }
