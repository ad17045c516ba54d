"""The gate: one request, every take at once, a permit or a denial with its reasons for each.

Pure: columns of takes in, a mask and the decisions behind it out. A decision is made once for
every distinct (terms, withdrawals) and spread over the takes by table look-up (NumPy).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from yesand.agreements.decision import Clause, Decision, Judge, Request
from yesand.agreements.standing import Standing
from yesand.agreements.vocabulary import Modality

#: Named in every manifest: the same evaluator over the same state gives the same roots.
EVALUATOR = "yesand-gate/1"

#: The states of a take; only the first is ever permitted.
STATES = ("accepted", "rejected", "disputed")
MODALITIES = tuple(Modality)
_WHY = {
    "rejected": "a quality finding rejects the recording",
    "disputed": "two performers claim the same content",
}

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Columns:
    """Takes as columns, in log order; all arrays have shape (takes,).

    Attributes
    ----------
    entry : index in the log, strictly increasing.
    agreement : index into ``agreements``, the digests that the takes' sessions name.
    state, modality : index into ``STATES`` and ``MODALITIES``.
    """

    entry: Ints
    agreement: Ints
    state: Ints
    modality: Ints
    agreements: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Ruling:
    """What the gate says of every take.

    Attributes
    ----------
    permit : bool, shape (takes,).
    decision : index into ``decisions``, shape (takes,).
    decisions : the distinct ones that were made, in the order of the takes.
    """

    permit: npt.NDArray[np.bool_]
    decision: Ints
    decisions: tuple[Decision, ...]

    def counts(self) -> list[int]:
        """Return how many takes each decision was made on."""
        found: list[int] = np.bincount(self.decision, minlength=len(self.decisions)).tolist()
        return found


def evaluate(
    takes: Columns,
    standings: Mapping[str, Standing],
    request: Request,
    *,
    strike: bool = False,
) -> Ruling:
    """Apply a request to every take.

    Parameters
    ----------
    standings : what stands for each agreement; of one that is missing nothing is permitted.
    """
    judge = Judge(request, strike=strike)
    # Equal decisions first, so that what follows grows with them and not with the agreements.
    bases: dict[Decision, int] = {}
    base_of = [
        bases.setdefault(_judged(judge, standings.get(name)), len(bases))
        for name in takes.agreements
    ]
    kinds = len(STATES) * len(MODALITIES)
    base = np.array(base_of, dtype=np.int64)[takes.agreement]
    code = (base * len(STATES) + takes.state) * len(MODALITIES) + takes.modality
    present = _by_first_take(code, len(bases) * kinds)
    distinct = tuple(bases)
    number: dict[Decision, int] = {}
    table = np.zeros(len(bases) * kinds, dtype=np.int64)
    for c in present:
        decision = _on(distinct[c // kinds], c % kinds, request)
        table[c] = number.setdefault(decision, len(number))
    chosen = table[code]
    allowed = np.array([d.permit for d in number], dtype=bool)
    return Ruling(allowed[chosen], chosen, tuple(number))


def _by_first_take(code: Ints, size: int) -> list[int]:
    """Return the codes that occur, in the order in which takes first show them."""
    first = np.full(size, len(code), dtype=np.int64)
    # Written from the last take to the first, so that the first one stays.
    first[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    order = np.argsort(first, kind="stable")
    found: list[int] = order[: np.count_nonzero(first < len(code))].tolist()
    return found


def _judged(judge: Judge, standing: Standing | None) -> Decision:
    if standing is None:
        return Decision(False, (Clause("agreement", "none", "no agreement stands for it"),))
    return judge(standing.terms_name, standing.terms, standing.withdrawals)


def _on(base: Decision, kind: int, request: Request) -> Decision:
    """Return the decision on takes of one state and modality under one agreement."""
    state, modality = STATES[kind // len(MODALITIES)], MODALITIES[kind % len(MODALITIES)]
    own = tuple(_own(state, modality, request))
    if not own:
        return base
    return Decision(False, own if base.permit else (*own, *base.clauses))


def _own(state: str, modality: Modality, request: Request) -> Iterator[Clause]:
    if state in _WHY:
        yield Clause("state", state, _WHY[state])
    if modality != request.modality:
        yield Clause("modality", modality, f"{request.modality} was asked for")
