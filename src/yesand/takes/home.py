"""What a performer has given, on their own page."""

from __future__ import annotations

from collections.abc import Iterator

from yesand.people.frame import Panel
from yesand.people.sight import Request
from yesand.takes.templatetags.takes_panels import takes_of


def panels(request: Request) -> Iterator[Panel]:
    """Yield a performer's takes by emotion."""
    performer = request.sight.performer
    if performer is not None:
        yield Panel("takes/of_performer.html", takes_of({"request": request}, performer), 50)
