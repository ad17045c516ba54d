"""What a manifest tells of the gate's work, and how a refusal is put into words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from yesand.agreements.change import change
from yesand.agreements.clause import Clause, Request
from yesand.agreements.standing import Standing
from yesand.corpus.errors import NothingPermitted, Overtaken
from yesand.corpus.gate import Ruling
from yesand.corpus.manifest import SignedManifest

Mask = npt.NDArray[np.bool_]


def decisions(ruling: Ruling) -> list[dict[str, Any]]:
    """Return every distinct decision and how many takes it was made on."""
    return [
        {
            "clauses": [asdict(clause) for clause in decision.clauses],
            "permit": decision.permit,
            "takes": takes,
        }
        for decision, takes in zip(ruling.decisions, ruling.counts(), strict=True)
    ]


def sources(used: Iterable[Standing]) -> list[dict[str, Any]]:
    """Return the public corpora that permitted takes come from: a licence stays with its takes."""
    found = {
        (t.corpus, t.corpus_licence, t.attribution, t.share_alike)
        for t in (standing.terms for standing in used)
        if t.corpus
    }
    names = ("corpus", "licence", "attribution", "share_alike")
    return [dict(zip(names, source, strict=True)) for source in sorted(found)]


def but_for_time(predicate: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest's predicate without when it was asked for and how long the log was."""
    request = {k: v for k, v in predicate["request"].items() if k != "at"}
    rest = {k: v for k, v in predicate.items() if k not in {"log", "request"}}
    return {**rest, "request": request}


def refusal(ruling: Ruling, request: Request) -> NothingPermitted:
    """Say why nothing was let through."""
    if not ruling.decisions:
        return NothingPermitted("There are no takes yet", remedy="Import some first.")
    everything = np.ones(len(ruling.decision), dtype=bool)
    return NothingPermitted(
        f"Nothing is permitted. {in_words(ruling, everything)}",
        where=f"{len(ruling.decision)} takes in all",
        remedy=" ".join(remedies(by_clause(ruling), request)),
    )


def remedies(found: list[tuple[Clause, int]], request: Request, most: int = 3) -> list[str]:
    """Return what would change the clauses that keep most takes out, each sentence once."""
    said = (change(clause, request).sentence for clause, _ in found)
    return list(dict.fromkeys(said))[:most]


def overtaken(manifest: SignedManifest, ruling: Ruling, lost: Mask) -> Overtaken:
    """Say why a manifest no longer holds."""
    why = in_words(ruling, lost) or "a take is gone from the registry"
    return Overtaken(
        f"{int(lost.sum())} of its {len(manifest.takes)} takes are no longer permitted. {why}",
        where=f"manifest {manifest.digest[:12]}",
        remedy="Ask the gate for a new one.",
    )


def by_clause(ruling: Ruling, chosen: Mask | None = None) -> list[tuple[Clause, int]]:
    """Return each clause behind denials and how many takes it keeps out, those of most first.

    A take that several clauses keep out counts for each of them.
    """
    counts: Counter[Clause] = Counter()
    numbers = ruling.decision[~ruling.permit if chosen is None else chosen]
    for number, takes in Counter(numbers.tolist()).items():
        for clause in ruling.decisions[number].clauses:
            counts[clause] += takes
    return counts.most_common()


def in_words(ruling: Ruling, chosen: Mask, most: int = 6) -> str:
    """Return the clauses behind the chosen denials, those of most takes first."""
    found = by_clause(ruling, chosen)
    some = len(found) > 1
    told = [f"{clause} ({count} takes)" if some else f"{clause}" for clause, count in found[:most]]
    rest = [f"and {len(found) - most} more"] if len(found) > most else []
    return "; ".join([*told, *rest])
