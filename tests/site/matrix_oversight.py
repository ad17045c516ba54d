"""Who gets what: oversight."""

from __future__ import annotations

from matrix import (
    API,
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


ROWS = [
    Row("withdrawal_preview", PERFORMERS),
    Row("withdrawal_preview", PERFORMERS, method="post", case="post"),
    Row("withdrawal", HERS_ALONE, withdrawal),
    Row("obligations", CLOSED),
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
