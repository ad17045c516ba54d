"""Who gets what: ratings, and rating itself."""

from __future__ import annotations

from typing import Any

from matrix import GONE, LOGIN, SEEN, WATCHED, Row
from stage import Stage

from yesand.affect.models import Showing
from yesand.affect.showing.services import begin

#: Raters alone; theirs alone: what was shown to a rater is nobody else's, whatever they see.
RATERS = (LOGIN, *(GONE,) * 7, SEEN)
SENT_ON = (LOGIN, *(GONE,) * 7, 302)


def shown(stage: Stage) -> list[Any]:
    """What the rater is to judge; the same for as long as they have not."""
    first = Showing.objects.filter(rater__user=stage.users["rater"]).first()
    made = first or begin(stage.house.place, stage.users["rater"])
    assert made is not None
    return [made.pk]


def said(stage: Stage) -> dict[str, Any]:
    number = Showing.objects.get(pk=shown(stage)[0]).ratings.count() + 1
    axes = {"valence": "7", "arousal": "3", "dominance": "5"}
    return {"number": str(number), "label": "anger", "intensity-anger": "60", **axes}


ROWS = [
    Row("ratings", WATCHED),
    Row("rate", RATERS),
    Row("rate_take", RATERS, shown),
    Row("rate_media", RATERS, shown),
    Row("rate_next", SENT_ON, method="post"),
    Row("rate_take", SENT_ON, shown, method="post", data=said, case="judged"),
    Row(
        "rate_skip",
        (LOGIN, *(GONE,) * 7, 422),
        shown,
        method="post",
        data=lambda stage: {"reason": "none of them"},
        case="without a reason",
    ),
]
