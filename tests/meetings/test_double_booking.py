"""Eight processes want one time: one has it, seven are told kindly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from cast_of_meetings import Cast, at

from yesand.kernel.clock import stamp
from yesand.meetings.models import Attendance, Claim, Meeting
from yesand.provenance import services as log

pytestmark = pytest.mark.both_databases
PROCESSES = 8
#: Forks after everything is imported; each child opens a connection of its own, and all wait for
#: the same moment.
RACE = """
import json, os, sys, time
import yesand
house = yesand.open(sys.argv[1])
from django.db import connections
from yesand.kernel.clock import instant
from yesand.kernel.errors import Refused
from yesand.meetings import services
from yesand.people.models import User
who = json.loads(sys.argv[3])
users = {u.username: u for u in User.objects.all()}
connections.close_all()
start = time.monotonic() + 1.0
for name in who:
    if os.fork() == 0:
        code = "crashed"
        try:
            User.objects.exists()
            time.sleep(max(0, start - time.monotonic()))
            act = sys.argv[4]
            when = instant(sys.argv[2])
            if act == "book":
                services.book(house.place, users[name], "talk", [users["pam"]], when, 30)
            else:
                own = services.mine(users[name]).get()
                services.move(house.place, users[name], own.uid, when)
            code = "won"
        except Refused as refused:
            code = "refused: " + refused.what
        finally:
            os.write(1, (json.dumps([name, code]) + "\\n").encode())
            os._exit(0)
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
"""


def race(cast: Cast, when: datetime, who: list[str], act: str = "book") -> list[str]:
    from django.db import connections

    connections.close_all()
    done = subprocess.run(
        [sys.executable, "-c", RACE, str(cast.place.root), stamp(when), json.dumps(who), act],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "YESAND_NOW": "2026-10-01T00:00:00Z",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found = [json.loads(line)[1] for line in done.stdout.splitlines()]
    assert len(found) == len(who), done.stderr
    return found


def test_of_eight_who_book_one_time_exactly_one_has_it(cast: Cast) -> None:
    found = race(cast, at(10), ["ada", "ben", "cleo", "eve"] * (PROCESSES // 4))
    # The same person asking twice is given the meeting that they have.
    assert len(Meeting.objects.all()) == 1
    winner = Meeting.objects.get().made_by
    assert 1 <= found.count("won") <= 2
    losers = [code for code in found if code != "won"]
    assert all(code.startswith("refused: ") for code in losers), found
    assert Claim.objects.filter(user=cast.pam).count() == 6
    assert set(Attendance.objects.values_list("user", flat=True)) == {winner.pk, cast.pam.pk}
    log.audit(cast.place)


def test_of_four_who_move_to_one_time_exactly_one_gets_there(cast: Cast) -> None:
    from yesand.meetings import services

    names = ["ada", "ben", "cleo", "eve"]
    for hour, name in enumerate(names):
        services.book(cast.place, cast.users[name], "talk", [cast.pam], at(9 + hour), 30)
    found = race(cast, datetime(2026, 10, 6, 15, tzinfo=UTC), names, "move")
    assert found.count("won") == 1, found
    assert Meeting.objects.filter(starts_at=at(15)).count() == 1
    assert Claim.objects.filter(user=cast.pam).count() == 24
    assert Meeting.objects.filter(sequence=1).count() == 1
