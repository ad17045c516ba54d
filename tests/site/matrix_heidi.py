"""Who gets what: Heidi."""

from __future__ import annotations

from matrix import CLOSED, GONE, LOGIN, OPEN, SEEN, Row
from stage import Stage

from yesand.heidi.letters.services import send
from yesand.heidi.models import Letter, Message, Proposal

UNREADABLE = 422
ADAS_ALONE = (LOGIN, SEEN, *(GONE,) * 7)
SENT = (LOGIN,) * 9
#: Whoever is signed in is led to Heidi herself.
VISITORS = (SEEN, *(LOGIN,) * 8)
READERS = (LOGIN, *(GONE,) * 5, SEEN, SEEN, GONE)


def answer(stage: Stage) -> Message:
    """Something that Ada was told."""
    now, ada = stage.house.place.clock.now(), stage.users["ada"]
    said, _ = Message.objects.get_or_create(
        user=ada, author="person", key="m", defaults={"text": "What is my balance?", "at": now}
    )
    found, _ = Message.objects.get_or_create(
        user=ada, author="heidi", key="m", defaults={"text": "…", "at": now, "answers": said}
    )
    return found


def proposal(stage: Stage) -> Proposal:
    """Something that Ada may confirm."""
    found = answer(stage)
    return Proposal.objects.create(
        user=found.user, message=found, tool="cancel", slots={}, says="?", made_at=found.at
    )


def letter(stage: Stage) -> Letter:
    """Something that Ada asked the producer."""
    return send(stage.house.place, stage.users["ada"], "May I bring my dog?")


ROWS = [
    Row("heidi", CLOSED),
    Row("heidi_dock", CLOSED),
    Row("heidi_say", SENT, method="post", data=lambda s: {"text": "What can you do?", "key": "k"}),
    Row(
        "heidi_say",
        (LOGIN, *(UNREADABLE,) * 8),
        method="post",
        data=lambda s: {"text": " "},
        case="nothing said",
    ),
    Row("heidi_message", ADAS_ALONE, lambda s: [answer(s).pk]),
    Row("heidi_stream", ADAS_ALONE, lambda s: [answer(s).pk]),
    Row("heidi_decide", (LOGIN, LOGIN, *(GONE,) * 7), lambda s: [proposal(s).pk], method="post"),
    Row("heidi_export", CLOSED),
    Row("heidi_erase", CLOSED),
    Row("heidi_erase", SENT, method="post", case="done"),
    Row("letters", CLOSED),
    Row("letter_send", SENT, method="post", data=lambda s: {"question": "May I?"}),
    Row("letter", READERS, lambda s: [letter(s).pk]),
    Row(
        "letter",
        (LOGIN, *(GONE,) * 5, LOGIN, GONE, GONE),
        lambda s: [letter(s).pk],
        method="post",
        data=lambda s: {"answer": "Yes."},
        case="answered",
    ),
    Row("heidi_visitor", VISITORS),
    Row(
        "heidi_visitor",
        VISITORS,
        method="post",
        data=lambda s: {"text": "What is a take?"},
        case="asked",
    ),
    Row(
        "heidi_visitor",
        (UNREADABLE, *(LOGIN,) * 8),
        method="post",
        data=lambda s: {"text": " "},
        case="nothing said",
    ),
    Row("help_page", OPEN, lambda s: ["questions"]),
]
