from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st
from test_obligations import deployed, trained

import yesand
from small_troupe import ask, troupe
from yesand.corpus import services as corpus
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.keys import key_id
from yesand.oversight.closing.services import LONGEST, fulfil, state
from yesand.oversight.countdown import Countdown, State
from yesand.oversight.duties import Duty
from yesand.oversight.models import Fulfilment, Obligation
from yesand.people import services as people
from yesand.provenance import dsse
from yesand.provenance.kinds import Kind
from yesand.training.models import Deployment
from yesand.training.registry.services import decommission


@pytest.fixture
def owing(house: yesand.House, tmp_path: Path) -> yesand.House:
    """A house whose lab has a model of Bert's takes in service, and Bert has withdrawn."""
    troupe(house, tmp_path / "troupe")
    manifest = corpus.gate(house.place, ask(house)).manifest
    deployed(house, trained(house, manifest.digest))
    house.withdraw("Bert")
    return house


def duty(kind: Duty, bearer: str = "house-lab") -> Obligation:
    return Obligation.objects.get(duty=kind.value, bearer__slug=bearer)


def close(house: yesand.House, owed: Obligation, text: str = "Deleted on disk and tape.") -> str:
    return fulfil(house.place, owed, owed.bearer, text).digest


def test_a_duty_counts_down_to_its_date_and_past_it(owing: yesand.House, clock: SetClock) -> None:
    owed = duty(Duty.DELETE)
    assert state(owing.place, owed) == Countdown(State.OPEN, 30)
    clock.advance(days=29, hours=23)
    assert state(owing.place, owed) == Countdown(State.OPEN, 1)
    clock.advance(days=3)
    assert state(owing.place, owed) == Countdown(State.OVERDUE, 2)
    close(owing, owed)
    assert state(owing.place, Obligation.objects.get(pk=owed.pk)) == Countdown(State.DONE)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments, st.integers(0, 10**8), st.integers(0, 10**8))
def test_a_duty_never_looks_further_off_as_time_goes_by(
    now: datetime, until: int, later: int
) -> None:
    due = now + timedelta(seconds=until)
    first = Countdown.of(due, now, done=False)
    second = Countdown.of(due, now + timedelta(seconds=later), done=False)
    assert first.state is State.OPEN and first.days >= 0
    if second.state is State.OPEN:
        assert second.days <= first.days
    else:
        assert second.state is State.OVERDUE and later > until


def test_what_is_stated_is_signed_by_its_bearer_and_logged(owing: yesand.House) -> None:
    owed = duty(Duty.DELETE)
    close(owing, owed)
    (made,) = Fulfilment.objects.all()
    key = bytes.fromhex(owed.bearer.public_key)
    payload = dsse.opened(made.envelope, {key_id(key): key})
    told = payload["predicate"]
    assert told["statement"] == "Deleted on disk and tape." and told["subject"] == owed.subject
    assert made.entry.kind == Kind.OBLIGATION_MET and made.entry.record == made.digest
    assert owing.check()


def test_the_same_statement_again_is_one_and_another_is_refused(owing: yesand.House) -> None:
    owed = duty(Duty.DELETE)
    assert close(owing, owed) == close(owing, owed, "  Deleted on disk and tape.\n")
    with pytest.raises(Refused, match="already"):
        close(owing, owed, "On second thoughts, not the tape.")
    for act in (lambda: Fulfilment.objects.update(statement=""), Fulfilment.objects.all().delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()


@pytest.mark.parametrize("text", ["", "  \n", "x" * (LONGEST + 1), "a\x00b"])
def test_an_empty_or_endless_statement_closes_nothing(owing: yesand.House, text: str) -> None:
    with pytest.raises(BadInput, match="statement"):
        close(owing, duty(Duty.DELETE), text)
    assert not Fulfilment.objects.exists()


def test_nobody_states_that_anothers_duty_is_done(owing: yesand.House) -> None:
    with pytest.raises(Refused, match="house-lab's duty"):
        fulfil(owing.place, duty(Duty.DELETE), people.organisation("producer"), "done")


def test_a_model_that_still_serves_was_not_retired(owing: yesand.House, clock: SetClock) -> None:
    owed = duty(Duty.RETRAIN)
    with pytest.raises(Refused, match="still serves as ear-live"):
        close(owing, owed, "Retired.")
    decommission(owing.place, Deployment.objects.get(), clock.now())
    close(owing, owed, "Retired.")


def test_no_statement_ends_the_duty_to_pay_and_the_end_of_service_does(
    owing: yesand.House, clock: SetClock
) -> None:
    owed = duty(Duty.PAY)
    assert state(owing.place, owed).state is State.GOES_ON
    with pytest.raises(Refused, match="duty to pay"):
        close(owing, owed, "We would rather not.")
    decommission(owing.place, Deployment.objects.get(), clock.now())
    assert state(owing.place, owed).state is State.DONE
