"""Saying something, and the answer once it is written."""

from __future__ import annotations

from yesand.heidi.conversing import services as conversing
from yesand.heidi.models import Chunk, Message
from yesand.heidi.talking.services import write
from yesand.heidi.tools.asker import Asker


def told(asker: Asker, text: str, key: str = "k") -> Message:
    """Say something; return the answer once it is written."""
    answer = conversing.say(asker, text, key)
    write(asker, answer)
    answer.refresh_from_db()
    chunks = Chunk.objects.filter(message=answer, attempt=answer.attempt)
    assert "".join(chunks.values_list("text", flat=True)) == answer.text
    assert answer.state == Message.State.DONE
    return answer
