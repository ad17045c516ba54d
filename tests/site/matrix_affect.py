"""Who gets what: ratings, and rating itself."""

from __future__ import annotations

from typing import Any

from matrix import GONE, LOGIN, SEEN, WATCHED, Row
from stage import Stage

from yesand.affect.models import Showing
from yesand.affect.permission.services import accepted
from yesand.affect.showing.services import OWN_SPACE, enrolled
from yesand.affect.spaces import categories

PRODUCERS = (LOGIN, *(GONE,) * 5, SEEN, GONE, GONE)
#: Raters alone; theirs alone: what was shown to a rater is nobody else's, whatever they see.
RATERS = (LOGIN, *(GONE,) * 7, SEEN)
SENT_ON = (LOGIN, *(GONE,) * 7, 302)


def shown(stage: Stage) -> list[Any]:
    """What the rater is to judge; the same for as long as they have not."""
    rater, now = enrolled(stage.users["rater"]), stage.house.place.clock.now()
    # Another row withdraws Ada's takes, and then nobody may hear them.
    take = next(one for one in accepted(now) if one.performer != stage.ada)
    told = {"space": categories(OWN_SPACE).id, "at": now}
    return [Showing.objects.get_or_create(rater=rater, take=take, defaults=told)[0].pk]


def said(stage: Stage) -> dict[str, Any]:
    number = Showing.objects.get(pk=shown(stage)[0]).ratings.count() + 1
    axes = {"valence": "7", "arousal": "3", "dominance": "5"}
    return {"number": str(number), "label": "anger", "intensity-anger": "60", **axes}


ROWS = [
    Row("ratings", WATCHED),
    Row("rating_questions", PRODUCERS),
    Row(
        "rating_questions",
        (*PRODUCERS[:6], 302, *PRODUCERS[7:]),
        method="post",
        data=lambda _: {"emotions": "on", "axes": "on", "line": "on"},
    ),
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
