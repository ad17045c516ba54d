"""An auditor decides suspended takes again from a disclosure alone, at every position."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from dishonest import audited, laid_open

import yesand
from small_troupe import ask, troupe
from yesand.agreements import services as agreements
from yesand.agreements.collective.membership.services import say
from yesand.agreements.collective.services import countersign, propose
from yesand.agreements.suspending.services import lift, suspend
from yesand.agreements.suspending.suspension import Reach
from yesand.corpus import services as corpus
from yesand.corpus.auditing.register import Register
from yesand.corpus.auditing.suspending import OF_UNIONS
from yesand.kernel.canonical import canonical
from yesand.kernel.errors import CheckFailed, Refused
from yesand.people import services as people
from yesand.people.models import Organisation, User
from yesand.provenance.disclosure import read
from yesand.provenance.kinds import Kind

PASSWORD = "a line of one's own"


@pytest.fixture
def union(house: yesand.House, tmp_path: Path) -> Organisation:
    """A troupe, and a union that one of it belongs to."""
    troupe(house, tmp_path / "troupe")
    found = people.found(house.place, "voices", "Voices United", Organisation.Kind.UNION)
    people.account("una", "union", PASSWORD, organisation=found)
    people.account("pam", "producer", PASSWORD)
    say(house.place, people.performer("Alba"), found, member=True)
    return found


def gated(house: yesand.House) -> int:
    return corpus.gate(house.place, ask(house)).permitted


def named(name: str) -> User:
    return User.objects.get(username=name)


def holds(house: yesand.House, path: Path) -> Register:
    """Hold the register of the log against the house's own, at every position."""
    told = read(laid_open(house, path))
    register = Register.of(told)
    for size in range(told.head.size + 1):
        assert register.standings(size) == agreements.standings(size)
    return register


def test_a_strike_is_followed_to_its_end_and_through_who_leaves(
    house: yesand.House, union: Organisation, tmp_path: Path
) -> None:
    place, una = house.place, named("una")
    words = {"title": "For all", "floor": {"notice_days": 30}, "begins": "2026-10-01"}
    everyone = propose(place, {**words, "everyone": True}, una, union=union)
    countersign(place, everyone, named("pam"))
    permitted = [gated(house)]
    called, _ = suspend(place, union, Reach(), "Talks have failed", una)
    permitted.append(gated(house))
    whole, _ = suspend(place, union, Reach(collective=everyone.digest), "All of us", una)
    with pytest.raises(Refused):
        gated(house)
    lift(place, whole, una)
    say(place, people.performer("Alba"), union, member=False)
    say(place, people.performer("Bert"), union, member=True)
    permitted.append(gated(house))
    lift(place, called, una)
    found = audited(house, tmp_path)
    assert permitted == [9, 6, 6] == [m.permitted for m in found.manifests]
    assert not any(m.faults for m in found.manifests)
    holds(house, tmp_path / "d.jsonl")


def test_memberships_stay_closed_where_nothing_turns_on_them(
    house: yesand.House, union: Organisation, tmp_path: Path
) -> None:
    hold = Reach(templates=frozenset({"standard/recognition"}))
    called, _ = suspend(house.place, people.organisation("producer"), hold, "A leak", named("pam"))
    told = read(laid_open(house, tmp_path / "d.jsonl"))
    assert told.closed(*OF_UNIONS) and told.closed(Kind.SUSPENSION_BEGUN) == []
    assert holds(house, tmp_path / "d.jsonl").suspensions.begun[0].digest == called.digest


def under_a_floor(house: yesand.House, union: Organisation, path: Path) -> Path:
    """Lay open a house in which a hold reaches whom a collective agreement covers."""
    words = {"title": "Floor", "floor": {"notice_days": 30}, "begins": "2026-10-01"}
    made = propose(house.place, words, named("una"), union=union)
    countersign(house.place, made, named("pam"))
    producer, reach = people.organisation("producer"), Reach(collective=made.digest)
    suspend(house.place, producer, reach, "A leak", named("pam"))
    return laid_open(house, path)


def test_a_collective_agreement_stands_by_the_signatures_of_both_sides(
    house: yesand.House, union: Organisation, tmp_path: Path
) -> None:
    path = under_a_floor(house, union, tmp_path / "d.jsonl")
    assert len(Register.of(read(path)).suspensions.collectives) == 1
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    at = next(n for n, told in enumerate(lines) if told.get("kind") == Kind.COLLECTIVE_SIGNED)
    signatures = lines[at]["opened"]["envelope"]["signatures"]
    assert len(signatures) == 2
    for kept in signatures:
        lines[at]["opened"]["envelope"]["signatures"] = [kept]
        path.write_bytes(b"".join(canonical(told) + b"\n" for told in lines))
        with pytest.raises(CheckFailed, match="signature is missing or wrong"):
            Register.of(read(path))


@pytest.mark.parametrize("kind", [Kind.SUSPENSION_BEGUN, Kind.COLLECTIVE_SIGNED])
def test_what_a_suspension_turns_on_cannot_be_held_back(
    house: yesand.House, union: Organisation, tmp_path: Path, kind: str
) -> None:
    path = under_a_floor(house, union, tmp_path / "d.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    closed = [
        line.partition(b',"opened":')[0] + b"}\n" if f'"kind":"{kind}"'.encode() in line else line
        for line in lines
    ]
    path.write_bytes(b"".join(closed))
    with pytest.raises(CheckFailed, match="held back"):
        Register.of(read(path))
