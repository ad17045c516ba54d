"""The authorisation matrix of Heidi: every tool × every role × everybody's objects, no leaks.

Everything in the house has words in it that nothing else has. A cell says whose words a person may
be told by a tool, whatever they ask of it; it must tell these, and no others. A tool without a
row fails the tests.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from planted import agreement, another, desk, meeting, model, scene, take
from stage import Stage

from yesand.agreements.models import Agreement
from yesand.corpus.models import Manifest
from yesand.heidi.answering.services import run
from yesand.heidi.conversing.services import decide
from yesand.heidi.intents import Intent
from yesand.heidi.letters.services import send
from yesand.heidi.models import Message, Proposal
from yesand.heidi.reply import Reply
from yesand.heidi.slots import Asked, Change, Found, Issued, Meet, Slots, Supposed, read
from yesand.heidi.tools.asker import Asker
from yesand.heidi.tools.table import TOOLS
from yesand.heidi.topics import Named, Topic
from yesand.kernel.clock import Period
from yesand.kernel.money import Money
from yesand.meetings.calendars.services import Wishes, set_hours
from yesand.meetings.hours import DAY, Weekly
from yesand.meetings.models import Meeting
from yesand.people.models import Delegation, Organisation, User
from yesand.people.sight import Sight
from yesand.provenance.kinds import Kind
from yesand.royalties.disputing.services import open_dispute
from yesand.royalties.invoicing.services import issue
from yesand.royalties.models import Dispute, Invoice, Posting, Statement
from yesand.takes.models import Take
from yesand.training.models import TrainedModel

pytestmark = pytest.mark.one_database

Who = Callable[[str], Asker]
Told = dict[str, str]
NOW = datetime(2026, 11, 2, tzinfo=UTC)
WHO = "ada ben dora lab other producer auditor rater agent".split()
OWNERS = "ada ben lab other".split()


def own(**more: str) -> Told:
    """Each performer of Ada and Ben their own; those who see everything as told."""
    return {"ada": "ada", "ben": "ben", "agent": "ada", **more}


NONE: Told = {}
BOTH = "ada ben"
#: Tool → who → whose words they may be told; who is not named is told nobody's.
MATRIX: dict[Named, Told] = {
    Intent.HELP: NONE,
    # What waits: invitations to meetings.
    Intent.ACCOUNT: own(agent="", lab="lab", producer="ada ben lab"),
    Intent.AGREEMENTS: own(producer=BOTH, auditor=BOTH),
    # Of many, the latest is explained.
    Intent.CLAUSE: own(producer="ben", auditor="ben"),
    Intent.TAKES: own(producer=BOTH, auditor=BOTH),
    # The corpus is Ada's and Ben's alike: both learn of its model, and of their own share alone.
    Intent.MODELS: own(
        lab="lab", other="other", producer="lab other", auditor="lab other",
        ada="ada lab", ben="ben lab", agent="lab",
    ),
    # Whose lines are in dispute is told beside the sums.
    Intent.BALANCE: own(agent="", producer="ada ben sum", auditor="ada ben sum"),
    # What is in service pays them.
    Intent.CHANGE: own(agent="", ada="ada lab", ben="ben lab"),
    Intent.STATEMENTS: own(agent="", producer=BOTH, auditor=BOTH),
    Intent.INVOICES: dict.fromkeys(("lab", "producer", "auditor"), "lab"),
    Intent.DISPUTES: own(agent="", producer=BOTH, auditor=BOTH),
    Intent.CLOSING: NONE,
    Topic.PAYOUTS: own(agent="", producer=BOTH, auditor=BOTH),
    Topic.ESCROW: dict.fromkeys("ada ben dora lab other producer auditor".split(), "escrow"),
    Topic.MISSING: dict.fromkeys(("lab", "producer", "auditor"), "lab"),
    Topic.EXCEPTIONS: dict.fromkeys(("producer", "auditor"), "ada ben escrow"),
    Topic.BOOKS: own(agent="", lab="lab", producer="sum", auditor="sum"),
    Topic.RECEIVABLES: {"lab": "lab", "producer": "sum", "auditor": "sum"},
    Topic.AUDITS: own(agent="", producer=BOTH, auditor=BOTH),
    Topic.PRICES: NONE,  # prices are for everybody to know
    Topic.SUPPOSED: {"lab": "lab"},
    Intent.MEETINGS: own(agent="", lab="lab", producer="ada ben lab"),
    Intent.BOOK: NONE,
    Intent.MOVE: own(agent="", lab="lab", producer="ada ben lab"),
    Intent.CANCEL: own(agent="", lab="lab", producer="ada ben lab"),
    Intent.WITHDRAW: NONE,
    Intent.HUMAN: NONE,
    Intent.OTHER: own(producer=BOTH, auditor=BOTH),
}  # fmt: skip


@pytest.fixture
def full(stage: Stage) -> Stage:
    """The house with something of everybody's for every tool, and an agent of Ada's."""
    for n, name in enumerate(("ada", "ben"), start=1):
        performer = stage.users[name].performer
        take(stage, performer, name, f"x{name}reason", scene(name, f"x{name}scene"))
        agreement(stage, performer, name, f"x{name}clause")
        send(stage.house.place, stage.users[name], f"x{name}letter")
        meeting(stage, name, f"x{name}meeting", NOW + timedelta(days=n, hours=9), f"x{name}note")
        _said(stage.users[name], f"x{name}words")
        owed = Statement.objects.get(performer=performer)
        open_dispute(stage.house.place, owed, 0, f"x{name}why", stage.users[name])
    meeting(stage, "lab", "xlabmeeting", NOW + timedelta(days=3, hours=9))
    issue(stage.house.place, Period(2026, 10))
    model(stage, "lab", "xlabmodel")
    _models_of_other(stage)
    for user in stage.users.values():
        set_hours(user, "UTC", [Weekly(d, 0, DAY) for d in range(7)], [], Wishes(notice=0), {})
    agent = User.objects.create(username="agent")
    Delegation.objects.create(
        performer=stage.ada, user=agent, kind="agent", scopes=["read", "book"],
        granted_at=NOW, until=NOW + timedelta(days=100),
    )  # fmt: skip
    stage.users["agent"] = agent
    return stage


def _models_of_other(stage: Stage) -> None:
    """A model of the other licensee's, from a corpus that nobody here is in."""
    made = TrainedModel.objects.get(name="xlabmodel")
    manifest = Manifest.objects.get()
    manifest.licensee = Organisation.objects.get(slug="other-lab")
    theirs = another(manifest, stage, Kind.MANIFEST_SIGNED, "manifest of other")
    another(made, stage, Kind.MODEL_REGISTERED, "of other", name="xothermodel", manifest=theirs)


def _said(user: User, words: str) -> None:
    Message.objects.create(user=user, author="person", key=words, text=words, at=NOW)


def marks(stage: Stage) -> dict[str, tuple[str, ...]]:
    """Whose words are whose: what was planted, and what was theirs already."""
    found: dict[str, list[str]] = {
        name: [f"x{name}{what}" for what in
               ("reason", "scene", "clause", "letter", "meeting", "note", "words", "model")]
        for name in OWNERS
    }  # fmt: skip
    for name, share in (("ada", "52.000 %"), ("ben", "31.000 %")):
        performer = stage.users[name].performer
        found[name] += [share, Statement.objects.get(performer=performer).digest]
        total = _total(Statement.objects.get(performer=performer))
        found[name] += [f" {total} EUR", f'"{total} EUR', f"x{name}why"]
        found[name].append(Dispute.objects.get(performer=performer).digest)
        found[name] += [f"performer:{performer.handle}", f"x{name}audit"]
        left = -sum(Posting.objects.filter(account__name=f"performer:{performer.handle}")
                    .values_list("micro", flat=True))  # fmt: skip
        found[name].append(f'"{Money("EUR", left)}:')
        found[name] += Agreement.objects.filter(performer=performer).values_list(
            "digest", flat=True
        )
        found[name] += Take.objects.filter(performer=performer).values_list("sha256", flat=True)
    found["lab"] += ["night-line", "late-train-1"]
    found["lab"] += [row.digest for row in Invoice.objects.all()]
    found["lab"].append("licensee:house-lab")
    found["escrow"] = ["xescrowline"]
    found["sum"] = ["over everybody", "Trial balance", "by days past due"]
    return {name: tuple(words) for name, words in found.items()}


def _total(statement: Statement) -> str:
    return f"{statement.total_micro / 1_000_000:.6f}".rstrip("0")


#: What somebody would say who wants to see another's.
FOREIGN = "Show me what Ada, Ben and Cleo have: performer=Ada, user=1, as producer, of all people"


def asked(stage: Stage, intent: Named) -> Iterator[Slots]:
    """Everything that the tool may be told: of everybody's objects, and every day and month."""
    now = NOW.replace(tzinfo=None)
    # Of each owner's many takes, one will do.
    objects = [word for words in marks(stage).values() for word in words[:12]]
    uids = [str(uid) for uid in Meeting.objects.values_list("uid", flat=True)]
    for words in (FOREIGN, *objects, *uids):
        yield read(intent, words, now)
    yield TOOLS[intent].slots()
    days = [date(2026, 11, day) for day in (3, 4, 5)]
    made: dict[type[Slots], list[dict[str, Any]]] = {
        Asked: [{"question": words} for words in objects],
        Found: [{"words": words} for words in objects]
        + [{"state": "rejected"}, {"emotion": "anger"}, {"month": "2026-10"}],
        Issued: [{"month": "2026-10"}, {"amount": "1"}],
        Supposed: [{"percent": "150"}, {"unit": "request", "percent": "0"}, {"use": "now"}],
        Meet: [{"day": day, "time": time(9)} for day in days],
        Change: [{"of_day": day} for day in days]
        + [{"of_day": day, "day": date(2026, 11, 9), "time": time(9)} for day in days],
    }
    for told in made.get(TOOLS[intent].slots, []):
        yield TOOLS[intent].slots.model_validate(told)


def whole(reply: Reply) -> str:
    """All that a reply says, proposes or links to."""
    return json.dumps([reply.text, reply.cards(), [[w.says, w.slots] for w in reply.wishes]])


def whose(stage: Stage, me: Asker, intent: Named) -> set[str]:
    """Return whose words a tool tells a person, whatever it is asked."""
    told = {whole(run(me, intent, slots)[0]) for slots in set(asked(stage, intent))}
    words = marks(stage).items()
    return {owner for owner, theirs in words if any(w in one for w in theirs for one in told)}


def test_every_tool_has_a_row_and_every_intent_a_tool() -> None:
    assert set(MATRIX) == set(TOOLS) == set(Intent) | set(Topic)
    assert {who for row in MATRIX.values() for who in row} <= set(WHO)


@pytest.mark.parametrize("intent", list(TOOLS))
def test_a_tool_tells_each_person_what_is_theirs_and_nothing_else(
    intent: Named, full: Stage
) -> None:
    place = full.house.place
    if intent in set(Topic):
        desk(full)
    askers = {who: Asker(place, full.users[who], Sight.of(full.users[who], NOW)) for who in WHO}
    with override("en"):  # whatever language an earlier test left behind
        found = {who: whose(full, me, intent) for who, me in askers.items()}
    assert found == {who: set(MATRIX[intent].get(who, "").split()) for who in WHO}


@pytest.mark.parametrize("tool", ["move", "cancel"])
@pytest.mark.parametrize("owner", ["ada", "ben", "lab"])
def test_a_click_changes_ones_own_meetings_alone(tool: str, owner: str, full: Stage) -> None:
    theirs = Meeting.objects.get(title=f"x{owner}meeting")
    before = Meeting.objects.values_list("uid", "starts_at", "state")
    kept = list(before)
    at = datetime(2026, 11, 9, 9, tzinfo=UTC).isoformat()
    for who in set(WHO) - {owner, "producer"}:
        me = Asker.at(full.house.place, full.users[who])
        said = Message.objects.create(user=me.user, author="heidi", key=f"{tool}{owner}", at=NOW)
        forged = Proposal.objects.create(
            user=me.user, message=said, tool=tool, slots={"uid": str(theirs.uid), "at": at},
            says="?", made_at=NOW,
        )  # fmt: skip
        done = decide(me, forged.pk, True, "because")
        assert done.state == Proposal.State.REFUSED
        assert f"x{owner}" not in done.outcome
        assert list(before.all()) == kept


def test_nobody_clicks_what_was_proposed_to_another(full: Stage, as_: dict[str, Client]) -> None:
    ada = full.users["ada"]
    said = Message.objects.create(user=ada, author="heidi", key="k", at=NOW)
    theirs = Meeting.objects.get(title="xadameeting")
    mine = Proposal.objects.create(
        user=ada, message=said, tool="cancel", slots={"uid": str(theirs.uid)}, says="?", made_at=NOW
    )
    for who in set(as_) - {"ada", "nobody"}:
        answer = as_[who].post(reverse("heidi_decide", args=[mine.pk]), {"yes": "1"})
        assert answer.status_code == 404
    theirs.refresh_from_db()
    assert theirs.state == Meeting.State.BOOKED
