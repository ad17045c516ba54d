"""An approved draft is published at its moment: not before, once, and after a restart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

import yesand
from yesand.kernel.clock import SetClock, stamp
from yesand.kernel.errors import BadInput, Refused
from yesand.newsroom import held, services
from yesand.newsroom.content import Content, content
from yesand.newsroom.models import Article, Plan, Version
from yesand.newsroom.planning.forms import is_twice, read
from yesand.newsroom.planning.services import cancel, carry_out, plan
from yesand.people import services as people
from yesand.people.models import Seat, User
from yesand.site.working import Worker

SOON = datetime(2026, 10, 5, 7, 0, tzinfo=UTC)


@pytest.fixture
def approved(house: yesand.House, draft: Article, producer: User, what: Content) -> Article:
    return services.approve(house.place, draft, producer, what.digest)


def work(house: yesand.House, monkeypatch: pytest.MonkeyPatch, now: datetime) -> int:
    """Do all that is due at that moment, as the worker does."""
    assert isinstance(house.place.clock, SetClock)
    house.place.clock.at = now
    monkeypatch.setenv("YESAND_NOW", stamp(now))
    return Worker(house.place).run(once=True)


def test_it_is_published_at_its_moment_and_not_before(
    house: yesand.House, approved: Article, producer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = plan(house.place, approved, producer, SOON, "Europe/Berlin")
    assert str(made) == "2026-10-05 09:00 Europe/Berlin (07:00 UTC)"
    assert work(house, monkeypatch, SOON - timedelta(seconds=1)) == 0
    assert not services.published().exists()
    assert work(house, monkeypatch, SOON) == 1
    (version,) = services.published()
    assert (version.at, version.reviewer) == (SOON, "petra")
    made.refresh_from_db()
    assert made.state == Plan.State.PUBLISHED and carry_out(house.place, made.pk) == "nothing waits"
    assert work(house, monkeypatch, SOON + timedelta(days=1)) == 0


@pytest.mark.both_databases
def test_a_restart_loses_no_plan(
    house: yesand.House, approved: Article, producer: User, what: Content
) -> None:
    plan(house.place, approved, producer, SOON, "UTC")
    connections.close_all()

    def worker(now: datetime) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "yesand.cli", "work", "--house", str(house.place.root)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "YESAND_NOW": stamp(now)},
        )

    early = worker(SOON - timedelta(minutes=1))
    time.sleep(4)
    early.send_signal(signal.SIGKILL)
    early.wait()
    assert not Version.objects.exists()
    late = worker(SOON + timedelta(hours=3))  # the house was closed when it fell due
    until = time.monotonic() + 40
    while not Version.objects.exists():
        assert time.monotonic() < until and late.poll() is None
        time.sleep(0.1)
    late.terminate()
    late.wait()
    assert Version.objects.get().content == what.as_json()


def test_a_plan_is_altered_and_cancelled(
    house: yesand.House, approved: Article, producer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = plan(house.place, approved, producer, SOON, "UTC")
    assert plan(house.place, approved, producer, SOON, "UTC") == first
    later = SOON + timedelta(days=2)
    second = plan(house.place, approved, producer, later, "UTC")
    assert approved.plan == second and Plan.objects.filter(state="waiting").count() == 1
    work(house, monkeypatch, SOON)
    assert not Version.objects.exists()
    assert cancel(house.place, approved, producer) and not cancel(house.place, approved, producer)
    work(house, monkeypatch, later)
    assert not Version.objects.exists() and approved.plan is None


@pytest.mark.parametrize("how", ["changed", "sent back", "published"])
def test_what_overtakes_a_plan_ends_it(
    how: str,
    house: yesand.House,
    approved: Article,
    producer: User,
    what: Content,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = plan(house.place, approved, producer, SOON, "UTC")
    if how == "changed":
        other = content({**what.as_json(), "dek": "Other."})
        services.revise(house.place, approved, other, what.digest)
    elif how == "sent back":
        services.send_back(house.place, approved, producer, "More.")
    else:
        services.publish(house.place, approved, producer)
    made.refresh_from_db()
    assert made.state == Plan.State.CANCELLED and made.said
    work(house, monkeypatch, SOON)
    assert Version.objects.count() == (how == "published")


def test_nothing_is_planned_that_nobody_approved_and_by_nobody_but_a_producer(
    house: yesand.House, draft: Article, producer: User, what: Content
) -> None:
    with pytest.raises(Refused, match="Nobody has approved"):
        plan(house.place, draft, producer, SOON, "UTC")
    services.approve(house.place, draft, producer, what.digest)
    other = people.account("ada", "auditor", "a line of one's own")
    with pytest.raises(Refused, match="Only a producer"):
        plan(house.place, draft, other, SOON, "UTC")
    with pytest.raises(BadInput, match="has passed"):
        plan(house.place, draft, producer, house.place.clock.now(), "UTC")
    with pytest.raises(BadInput, match="two years"):
        plan(house.place, draft, producer, SOON.replace(year=2030), "UTC")
    with pytest.raises(BadInput, match="not a time zone"):
        plan(house.place, draft, producer, SOON, "Mars/Base")
    services.publish(house.place, draft, producer)
    again = content({**what.as_json(), "dek": "Other."})
    services.revise(house.place, draft, again, what.digest)
    services.approve(house.place, draft, producer, again.digest)
    with pytest.raises(BadInput, match="Say what has changed"):
        plan(house.place, draft, producer, SOON, "UTC")


def test_a_planner_who_has_left_publishes_nothing_and_the_desk_is_told(
    house: yesand.House, approved: Article, producer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(house.place, approved, producer, SOON, "UTC")
    assert held.held(producer)["planned"][0]["for"] == stamp(SOON)
    Seat.objects.filter(user=producer).delete()
    work(house, monkeypatch, SOON)
    assert not Version.objects.exists()
    failed = approved.failed_plan
    assert failed is not None and "Only a producer" in failed.said


def test_a_time_that_clocks_skip_is_refused_and_one_they_show_twice_is_asked_about() -> None:
    fields = {"zone": "Europe/Berlin", "which": "", "correction": "", "time": "02:30"}
    with pytest.raises(BadInput, match=r"There is no 02:30"):
        read({**fields, "day": "2027-03-28"})
    twice = {**fields, "day": "2026-10-25"}
    with pytest.raises(BadInput, match=r"There are two 02:30"):
        read(twice)
    assert is_twice(twice)
    assert read({**twice, "which": "0"}) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert read({**twice, "which": "1"}) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    with pytest.raises(BadInput, match="Choose a day"):
        read({**fields, "day": "soon"})
