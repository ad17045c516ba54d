"""Events of one answer: what the reader has not had yet, until it is done, over any restart."""

from __future__ import annotations

import time
from collections.abc import Iterator

from yesand.heidi.models import Chunk, Message
from yesand.heidi.talking.services import HERE, alive, begin
from yesand.heidi.talking.streaming import Position, event
from yesand.heidi.tools.asker import Asker

#: Seconds between two looks, and how long a writer elsewhere may stand still.
LOOK, STILL = 0.08, 3.0
#: Seconds after which a line is sent in any case, and after which a reader must ask again.
PING, LONGEST = 10.0, 300.0


def events(asker: Asker, pk: int, seen: Position) -> Iterator[str]:
    """Yield what follows ``seen`` of an answer; begin or take over its writing if nobody does."""
    began = moved = pinged = time.monotonic()
    beat = -1
    yield "retry: 1000\n\n"
    while time.monotonic() - began < LONGEST:
        message = Message.objects.get(pk=pk)
        for name, position, text in _news(message, seen):
            seen = position
            yield event(name, position, text=text)
        if message.state == Message.State.DONE:
            yield event("done", seen)
            return
        now = time.monotonic()
        if message.beat != beat:
            beat, moved = message.beat, now
        if _orphaned(message, now - moved):
            begin(asker, message)
            continue
        if now - pinged > PING:
            pinged = now
            yield ": still here\n\n"
        time.sleep(LOOK)


def _news(message: Message, seen: Position) -> Iterator[tuple[str, Position, str]]:
    """Yield the chunks after ``seen``; of another attempt, first that all begins again."""
    if message.attempt != seen.attempt:
        seen = Position(message.attempt, 0)
        yield "again", seen, ""
    rows = Chunk.objects.filter(
        message=message, attempt=message.attempt, number__gt=seen.number
    ).order_by("number")
    for chunk in rows:
        yield "more", Position(chunk.attempt, chunk.number), chunk.text


def _orphaned(message: Message, still: float) -> bool:
    """Tell whether nobody writes it: not begun, broken off here, or silent elsewhere."""
    if not message.writer:
        return True
    if message.writer == HERE:
        return not alive(message)
    return still > STILL
