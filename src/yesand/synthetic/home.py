"""What synthetic takes descend from a performer, on their own page."""

from __future__ import annotations

from collections.abc import Iterator

from yesand.people.frame import Panel
from yesand.people.sight import Request
from yesand.synthetic.templatetags.synthetic_panels import descending


def panels(request: Request) -> Iterator[Panel]:
    """Yield how many synthetic takes descend from a performer, if any do."""
    performer = request.sight.performer
    if performer is not None:
        found = descending(request.place, request.sight, performer)
        if found["rows"]:
            yield Panel("synthetic/of_performer.html", found, 55)
