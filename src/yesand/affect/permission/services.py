"""Whose agreements, less what was withdrawn, let a take be heard and judged in this house.

What raters say of a take serves to make or to measure a system. So a take is given to them only if
the house itself may do one of the two with it, today, for some purpose that the terms name: unknown
is deny, as everywhere (`yesand.agreements.decision`). Nothing leaves the house by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import product

from yesand.agreements.clause import Request
from yesand.agreements.decision import decide
from yesand.agreements.film import asked_with
from yesand.agreements.models import Agreement
from yesand.agreements.services import standing_of, standings
from yesand.agreements.standing import Standing
from yesand.agreements.vocabulary import Action, Modality
from yesand.people.seats import PRODUCER
from yesand.takes.models import Take

#: What is asked for a rating's sake.
_ACTIONS = (Action.TRAIN, Action.EVALUATE)


def permitted(takes: Iterable[Take], now: datetime) -> list[Take]:
    """Return those takes that raters may be given now.

    Parameters
    ----------
    takes : with their sessions selected. Agreements are read here, together: theirs are long.
    """
    given = list(takes)
    stand = _standing({take.session.agreement_id for take in given})
    whole: dict[tuple[str, str], bool] = {}
    return [take for take in given if _heard(take, now, stand, whole)]


def _standing(names: set[str]) -> Mapping[str, Standing]:
    """Return what stands for these agreements: one alone needs not all that there are."""
    if len(names) > 1:
        return standings()
    rows = Agreement.objects.select_related("performer").filter(pk__in=names)
    return {row.pk: standing_of(row) for row in rows}


def _heard(
    take: Take,
    now: datetime,
    stand: Mapping[str, Standing],
    whole: dict[tuple[str, str], bool],
) -> bool:
    name = take.session.agreement_id
    standing = stand[name]
    if any(withdrawal.takes for withdrawal in standing.withdrawals):
        return _allows(standing.about(take.sha256), take.modality, now)
    key = name, take.modality
    if key not in whole:
        whole[key] = _allows(standing, take.modality, now)
    return whole[key]


def _allows(standing: Standing, modality: str, now: datetime) -> bool:
    """Tell whether something may be asked; of a video, which raters hear too, for its sound too."""
    return any(
        all(_permits(standing, request) for request in asked_with(asked))
        for asked in _requests(standing, modality, now)
    )


def _permits(standing: Standing, request: Request) -> bool:
    return decide(
        standing.terms,
        request,
        standing.withdrawals,
        approvals=standing.approvals,
        suspensions=standing.suspensions,
    ).permit


def _requests(standing: Standing, modality: str, now: datetime) -> Iterator[Request]:
    """Yield what the house could ask for by these terms; the order is of no moment."""
    terms = standing.terms
    for use_class, purpose, action, material, territory in product(
        sorted(terms.use_classes),
        sorted(terms.purposes),
        _ACTIONS,
        sorted(terms.materials),
        sorted(terms.territories),
    ):
        yield Request(
            PRODUCER,
            purpose,
            use_class,
            now,
            action,
            Modality(modality),
            material,
            territory,
            commercial=False,
        )


def accepted(now: datetime) -> list[Take]:
    """Return all accepted takes that raters may be given now, in the log's order."""
    rows = Take.objects.filter(state=Take.State.ACCEPTED).order_by("entry_id")
    return permitted(rows.select_related("session"), now)
