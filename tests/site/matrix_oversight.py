"""Who gets what: oversight."""

from __future__ import annotations

from matrix import (
    API,
    API_LAB,
    API_LABS,
    API_PERFORMERS,
    CLOSED,
    GONE,
    HERS_ALONE,
    LOGIN,
    PERFORMERS,
    SEEN,
    WATCHED,
    Row,
)
from stage import Stage, withdrawn

AUDITORS = (LOGIN, *(GONE,) * 6, SEEN, GONE)
#: Checked, and led back to the page.
CHECKING = (LOGIN, *(GONE,) * 5, LOGIN, LOGIN, GONE)


def withdrawal(stage: Stage) -> list[str]:
    return [withdrawn(stage).digest]


def obligation(stage: Stage) -> list[int]:
    """A duty of the lab's."""
    owed = withdrawn(stage).obligations.filter(bearer__slug="house-lab", duty="delete recordings")
    return [owed.get().pk]


def first_page(stage: Stage) -> list[int]:
    withdrawn(stage)
    return [0]


#: The performer who withdrew, the licensee who must act, and those who see everything.
CONCERNED = (LOGIN, SEEN, GONE, GONE, SEEN, GONE, SEEN, SEEN, GONE)
#: Only who must act is asked who they are.
BEARER = (LOGIN, GONE, GONE, GONE, 422, *(GONE,) * 4)
ROWS = [
    Row("withdrawal_preview", PERFORMERS),
    Row("withdrawal_preview", PERFORMERS, method="post", case="post"),
    Row("withdrawal", HERS_ALONE, withdrawal),
    Row("obligations", CLOSED),
    Row("obligation", CONCERNED, obligation),
    Row("obligation", BEARER, obligation, method="post", case="post"),
    Row("revocations", (LOGIN, GONE, GONE, GONE, *(SEEN,) * 4, GONE)),
    Row("api:get /api/revocations", API_LABS),
    Row("api:get /api/revocations/pages/{page}", API_LAB, first_page),
    Row("findings", WATCHED),
    Row("finding_new", AUDITORS),
    Row("finding_new", AUDITORS, method="post", case="post"),
    Row("checks", WATCHED),
    Row("checks", CHECKING, method="post", case="post"),
    Row("api:get /api/withdrawals", API),
    Row("api:post /api/withdrawals/preview", API_PERFORMERS),
    Row("api:get /api/obligations", API),
    Row("api:get /api/findings", API),
]
