"""Who acts for a person, and what was withdrawn, by the words that people use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from stage import Stage

from yesand.heidi.answering.services import answer
from yesand.heidi.tools.asker import Asker
from yesand.people.models import Delegation

Who = Callable[[str], Asker]


@pytest.mark.parametrize("question", ["Who is my agent?", "Which delegates do I have?"])
def test_who_acts_for_a_performer_is_told_with_its_end(
    question: str, asker: Who, stage: Stage
) -> None:
    now = stage.house.place.clock.now()
    Delegation.objects.create(
        performer=stage.ada,
        user=stage.users["ben"],
        kind="agent",
        scopes=["read"],
        granted_at=now,
        until=now + timedelta(days=30),
    )
    reply, _ = answer(asker("ada"), question)
    row = next(row for row in reply.rows if row.name == "Acts for you")
    until = f"{now + timedelta(days=30):%Y-%m-%d}"
    assert row.value == f"ben (agent), until {until}" and "delegates" in row.address
    mine, _ = answer(asker("ben"), "For whom do I act?")
    assert any(row.name == "You act for" and "Ada" in row.value for row in mine.rows)


def test_withdrawals_are_listed_for_whoever_may_see_them(asker: Who, stage: Stage) -> None:
    assert "Nothing has been withdrawn" in answer(asker("auditor"), "List withdrawals")[0].text
    made = stage.house.withdraw("Ada", purposes=["health"])
    for who in ("ada", "auditor"):
        reply, _ = answer(asker(who), "List all withdrawals")
        assert "There is 1 withdrawal" in reply.text
        assert [row.address for row in reply.rows] == [f"/withdrawals/{made.digest}/"]
    assert not answer(asker("ben"), "List my withdrawals")[0].rows
    assert "no performer’s seat" in answer(asker("rater"), "List withdrawals")[0].text
