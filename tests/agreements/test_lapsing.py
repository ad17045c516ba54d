"""What nobody answers in time lapses, and an agreement is in exactly one state."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yesand
from negotiators import answer, cast, named, word
from yesand.agreements.decision import Withdrawn
from yesand.agreements.models import Offer
from yesand.agreements.negotiating.errors import Closed
from yesand.agreements.negotiating.state import State, state
from yesand.agreements.negotiating.steps.services import check_step
from yesand.agreements.offering.services import lapse, offer, signed
from yesand.agreements.terms import Terms
from yesand.kernel.clock import SetClock, stamp
from yesand.people.models import Performer
from yesand.site.working import Worker


@pytest.fixture
def ada(house: yesand.House) -> Performer:
    return cast(house)


@pytest.fixture
def offered(house: yesand.House, ada: Performer) -> Offer:
    return offer(house.place, ada, "standard/recognition", named("pam"))


def test_what_nobody_answers_in_time_lapses_and_is_neither_signed_nor_countered(
    house: yesand.House, ada: Performer, offered: Offer, clock: SetClock
) -> None:
    word_of_ada = answer(house, offered, "ada", commercial=False)
    clock.advance(days=30)
    assert lapse(house.place) == 0 and word_of_ada.answer_by == clock.now()
    clock.advance(seconds=1)
    for act in (
        lambda: signed(house.place, offered, named("pam")),
        lambda: answer(house, offered, "pam", commercial=False, notice_days=60),
    ):
        with pytest.raises(Closed, match="in time"):
            act()
    assert lapse(house.place) == 1 and lapse(house.place) == 0
    said = check_step(word(offered))
    assert said["kind"] == "lapsed" and said["hand"]["capacity"] == "time"
    assert said["hand"]["party"] == "performer"  # whose word nobody answered
    assert offer(house.place, ada, "standard/recognition", named("pam")) != offered
    assert house.check()


def test_the_worker_closes_what_nobody_answered(
    house: yesand.House, offered: Offer, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(house, offered, "ada", commercial=False)
    for days, open_still in ((30, True), (1, False)):
        clock.advance(days=days)
        monkeypatch.setenv("YESAND_NOW", stamp(clock.now()))
        Worker(house.place).run(once=True)
        offered.refresh_from_db()
        assert offered.open == open_still
    assert word(offered).kind == "lapsed" and word(offered).number == 2


def test_a_new_offer_closes_one_that_lapsed(
    house: yesand.House, ada: Performer, offered: Offer, clock: SetClock
) -> None:
    clock.advance(days=31)
    again = offer(house.place, ada, "standard/recognition", named("pam"))
    offered.refresh_from_db()
    assert again != offered and not offered.open and word(offered).kind == "lapsed"


@given(st.data())
def test_an_agreement_is_in_exactly_one_state(data: st.DataObject) -> None:
    first = date(2026, 6, 1)
    until = data.draw(st.none() | st.integers(0, 400).map(lambda n: first + timedelta(days=n)))
    terms = Terms(valid_from=first, valid_until=until, train_until=until)
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=data.draw(st.integers(0, 900)))
    taken = data.draw(st.sampled_from([(), (Withdrawn(now),), (Withdrawn(now, takes={"a"}),)]))
    followed, suspended = data.draw(st.booleans()), data.draw(st.booleans())
    found = state(terms, now, followed=followed, withdrawals=taken, suspended=suspended)
    assert (found == State.AMENDED) == followed
    if not followed:
        assert (found == State.WITHDRAWN) == (taken == (Withdrawn(now),))
    if found == State.IN_FORCE:
        assert not (followed or taken or suspended)
        assert first <= now.date() <= (until or date.max)
