"""The gate: one request, every take at once, a permit or a denial with its reasons for each.

Pure: columns of takes in, a mask and the decisions behind it out. What stands for the agreements
is made into columns once (``standings``) and answers any number of requests; takes are answered by
table look-up (NumPy). Words are made only for those who read them: of every group of agreements
that would be answered alike, ``decide`` explains one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from yesand.agreements.decision import Clause, Decision, Request
from yesand.agreements.film import aloud, of_film
from yesand.agreements.standing import Standing
from yesand.agreements.vocabulary import Modality
from yesand.corpus.singles import apart
from yesand.corpus.standings import Answers, Standings, grouped

#: Named in every manifest: the same evaluator over the same state gives the same roots.
EVALUATOR = "yesand-gate/1"

#: The states of a take; only the first is ever permitted.
STATES = ("accepted", "rejected", "disputed")
MODALITIES = tuple(Modality)
_WHY = {
    "rejected": "a quality finding rejects the recording",
    "disputed": "two performers claim the same content",
}
_KINDS = len(STATES) * len(MODALITIES)
#: The place of "no agreement stands for it" among a request's answers.
_NONE = Decision(False, (Clause("agreement", "none", "no agreement stands for it"),))

Ints = npt.NDArray[np.int64] | npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Columns:
    """Takes as columns, in log order; all arrays have shape (takes,).

    Attributes
    ----------
    entry : index in the log, strictly increasing.
    agreement : index into ``agreements``, the digests that the takes' sessions name.
    state, modality : index into ``STATES`` and ``MODALITIES``.
    sha256 : what names each take, for withdrawals of single ones; where it is not told, such a
        withdrawal keeps every take of its agreement out.
    """

    entry: Ints
    agreement: Ints
    state: Ints
    modality: Ints
    agreements: tuple[str, ...]
    sha256: Sequence[str] | None = None

    @cached_property
    def kind(self) -> Ints:
        """State and modality as one number."""
        return (self.state * len(MODALITIES) + self.modality).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Ruling:
    """What the gate says of every take.

    Attributes
    ----------
    permit : bool, shape (takes,).
    decision : index into ``decisions``, shape (takes,).
    first : of each distinct decision, the first take that it was made on.
    explain : take → the decision on it, in words.
    """

    permit: Mask
    decision: Ints
    first: Ints
    explain: Callable[[int], Decision]

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """The distinct ones that were made, in the order of the takes."""
        return tuple(map(self.explain, self.first.tolist()))

    def counts(self) -> list[int]:
        """Return how many takes each decision was made on."""
        found: list[int] = np.bincount(self.decision, minlength=len(self.first)).tolist()
        return found


class Gate:
    """Takes and what stands for them, made ready for any number of requests."""

    def __init__(self, takes: Columns, standings: Mapping[str, Standing]) -> None:
        """Compile what stands for the takes' agreements; of one that is missing, nothing does."""
        found = [standings.get(name) for name in takes.agreements]
        rows, of_take = apart(takes.sha256, takes.agreement, found)
        standing = [number for number, row in enumerate(rows) if row is not None]
        place = {number: nth for nth, number in enumerate(standing)}
        self.takes, self._agreement = takes, of_take
        self.standings = Standings.of(tuple(row for row in rows if row is not None))
        self._place = np.array([place.get(n, len(place)) for n in range(len(rows))], np.int32)

    def ask(self, request: Request, *, strike: bool = False) -> Ruling:
        """Apply a request to every take; a video is asked about twice (``agreements.film``)."""
        answers = self.standings.answer(request, strike=strike)
        if request.modality == Modality.FACE:
            films = _films(answers, self.standings.answer(aloud(request), strike=strike))
            answers = _beside(answers, films)
        groups = int(answers.group.max(initial=-1)) + 1
        code = self._groups(answers.group, groups) * np.int32(_KINDS) + self.takes.kind
        objecting = np.array([bool(_own(kind, request)) for kind in range(_KINDS)])
        permits = np.zeros(groups + 1, dtype=bool)
        permits[answers.group] = answers.permit
        allowed = (permits[:, None] & ~objecting).ravel()
        # Where only the take itself stands in the way, the words are the same for every agreement.
        alike = np.arange(len(allowed)).reshape(-1, _KINDS)
        alike = np.where(permits[:, None] & objecting, len(allowed) + np.arange(_KINDS), alike)
        numbers, first = _numbered(code, alike.ravel())

        def explain(take: int) -> Decision:
            return self._explained(take, request, strike)

        return Ruling(allowed[code], numbers[code], first, explain)

    def _groups(self, group: Ints, groups: int) -> Ints:
        """Return the group of each take, given those of all agreements, or those and of films."""
        rows = len(self.standings.rows)
        none = np.int32(groups)
        plain = np.append(group[:rows], none)[self._place]
        if len(group) == rows:
            made: Ints = plain[self._agreement]
            return made
        films = np.append(group[rows:], none)[self._place]
        both = np.stack([films if m == Modality.FACE else plain for m in MODALITIES])
        found: Ints = both[self.takes.modality, self._agreement]
        return found

    def _explained(self, take: int, request: Request, strike: bool) -> Decision:
        number = int(self._place[self._agreement[take]])
        base = _NONE
        if number < len(self.standings.rows):
            base = self.standings.explain(number, request, strike=strike)
            if request.modality == self._modality(take) == Modality.FACE:
                heard = self.standings.explain(number, aloud(request), strike=strike)
                base = of_film(base, heard)
        own = _own(int(self.takes.kind[take]), request)
        if not own:
            return base
        return Decision(False, own if base.permit else (*own, *base.clauses))

    def _modality(self, take: int) -> Modality:
        return MODALITIES[int(self.takes.modality[take])]


def evaluate(
    takes: Columns,
    standings: Mapping[str, Standing],
    request: Request,
    *,
    strike: bool = False,
) -> Ruling:
    """Apply one request to every take.

    Parameters
    ----------
    standings : what stands for each agreement; of one that is missing nothing is permitted.
    """
    return Gate(takes, standings).ask(request, strike=strike)


def _films(seen: Answers, heard: Answers) -> Answers:
    """Return what is said of videos, alike where ``of_film`` tells it in the same words."""
    refused = seen.permit & ~heard.permit
    group = grouped(
        [np.where(refused, 0, seen.group + 1), np.where(seen.permit, heard.group + 1, 0)]
    )
    return Answers(seen.permit & heard.permit, group)


def _beside(one: Answers, other: Answers) -> Answers:
    """Return both in one; a denial of the picture is told of a video as of any take."""
    after = other.group + np.int32(int(one.group.max(initial=-1)) + 1)
    return Answers(np.append(one.permit, other.permit), np.append(one.group, after))


def _numbered(code: Ints, alike: Ints) -> tuple[Ints, Ints]:
    """Number the distinct decisions in the order in which takes first show them.

    Parameters
    ----------
    code : of each take, which case it is.
    alike : of each case, a name that cases with the same decision share.

    Returns
    -------
    case → number of its decision, and of each decision the first take that shows it.
    """
    first = np.full(len(alike), len(code), dtype=np.int64)
    # Written from the last take to the first, so that the first one stays.
    first[code[::-1]] = np.arange(len(code) - 1, -1, -1)
    order = np.argsort(first, kind="stable")
    present = order[: np.count_nonzero(first < len(code))]
    _, place, inverse = np.unique(alike[present], return_index=True, return_inverse=True)
    rank = np.empty(len(place), dtype=np.int32)
    rank[np.argsort(place)] = np.arange(len(place))
    numbers = np.zeros(len(alike), dtype=np.int32)
    numbers[present] = rank[inverse]
    return numbers, first[present[np.sort(place)]]


def _own(kind: int, request: Request) -> tuple[Clause, ...]:
    return tuple(
        _objections(STATES[kind // len(MODALITIES)], MODALITIES[kind % len(MODALITIES)], request)
    )


def _objections(state: str, modality: Modality, request: Request) -> Iterator[Clause]:
    if state in _WHY:
        yield Clause("state", state, _WHY[state])
    if modality != request.modality:
        yield Clause("modality", modality, f"{request.modality} was asked for")
