"""Things of everybody's in a house, each with words in it that nothing else has."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar

from django.db.models import Model
from stage import Stage

from yesand.agreements.models import Agreement
from yesand.kernel.ids import digest
from yesand.meetings.models import Attendance, Meeting
from yesand.newsroom.models import Article, Version
from yesand.people.models import Performer, User
from yesand.provenance import services as log
from yesand.provenance.kinds import Kind
from yesand.royalties.auditing.services import record
from yesand.royalties.books.services import post
from yesand.royalties.ledger import Draft, Side
from yesand.royalties.metering.services import meter
from yesand.takes.models import Review, Scene, Take
from yesand.training.models import Deployment, TrainedModel

Row = TypeVar("Row", bound=Model)


def another(row: Row, stage: Stage, kind: Kind, of: str, /, **changes: Any) -> Row:
    """Insert a record like one that is there, with an entry of its own: none is ever changed."""
    field = "digest" if hasattr(row, "digest") else "sha256"
    key = digest(of.encode())
    row.pk = None
    for told, value in {field: key, **changes}.items():
        setattr(row, told, value)
    row.entry = log.record(stage.house.place, kind, key)  # type: ignore[attr-defined]
    row.save(force_insert=True)
    return row


def desk(stage: Stage) -> None:
    """What waits at the desk: usage of a deployment that nobody registered, and audits of pay."""
    place = stage.house.place
    event = {"specversion": "1.0", "id": "x1", "source": "https://lab.example/x",
             "type": "org.yes-and.usage.v1", "time": "2026-10-05T20:15:00Z",
             "subject": "xescrowline", "data": {"unit": "request", "quantity": 7}}  # fmt: skip
    with NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write(json.dumps(event) + "\n")
        file.flush()
        meter(place, Path(file.name))
    sides = Side("licensee:house-lab", "EUR", 1_230_000), Side("performer:Ada", "EUR", -1_230_000)
    post(place, [Draft(digest(b"more"), "what only Ada is owed", sides)])
    for handle in ("Ada", "Ben"):
        rows = Agreement.objects.filter(performer__handle=handle).order_by("entry_id")
        told = {
            "name": f"x{handle.lower()}audit",
            "performer": handle,
            "agreements": [rows[0].digest],
            "since": "2026-10",
            "until": "2026-10",
            "begun": "2026-11-01",
            "cost_currency": "EUR",
            "cost_micro": 9_000_000,
            "paid_by": "actors-union",
            "document": "ab" * 32,
        }
        record(place, told)


def meeting(stage: Stage, who: str, title: str, at: datetime, note: str = "") -> Meeting:
    """A talk of somebody's with the producer, as it stands in the calendar."""
    producer, guest = stage.users["producer"], stage.users[who]
    made = Meeting.objects.create(
        kind="talk",
        title=title[:200],
        note=note,
        starts_at=at,
        ends_at=at + timedelta(minutes=30),
        zone="UTC",
        made_by=producer,
        made_at=stage.house.place.clock.now(),
    )
    for user in (producer, guest):
        Attendance.objects.create(meeting=made, user=user)
    return made


def scene(name: str, words: str) -> Scene:
    """A scene with those words in all that is told of it."""
    return Scene.objects.create(
        slug=digest(name.encode())[:20],
        title=words[:200],
        circumstances=words,
        relationship=words,
        beats=[words],
    )


def take(stage: Stage, performer: Performer, name: str, words: str, of: Scene | None) -> Take:
    """A rejected take, with the reason."""
    found = Take.objects.filter(performer=performer).order_by("id")[0]
    reason = {"finding": "silence", "reason": words, "rejects": True}
    made = another(
        found, stage, Kind.TAKE_RECORDED, f"take {name}",
        scene=of or found.scene, state="rejected", findings=[reason],
        recorded_at=stage.house.place.clock.now(),
    )  # fmt: skip
    Review.objects.create(
        take=made, verdict="rejected", reason=words[:500], by=stage.users["producer"],
        at=made.recorded_at, entry=log.record(stage.house.place, Kind.TAKE_REVIEWED, made.sha256),
    )  # fmt: skip
    return made


def agreement(stage: Stage, performer: Performer, name: str, words: str) -> Agreement:
    """An agreement with those words as a clause, and in its summary."""
    found = Agreement.objects.filter(performer=performer).order_by("signed_at")[0]
    return another(
        found, stage, Kind.AGREEMENT_SIGNED, f"agreement {name}",
        text=f"1. Pay. {words}. [pay = 1]", summary=words,
        template=words[:80], signed_at=stage.house.place.clock.now(),
    )  # fmt: skip


def model(stage: Stage, name: str, words: str, lab: str = "") -> TrainedModel:
    """A model of that name, in service under that name."""
    made = another(
        TrainedModel.objects.order_by("at")[0], stage, Kind.MODEL_REGISTERED, f"model {name}",
        name=words[:120], at=stage.house.place.clock.now(),
    )  # fmt: skip
    deployment = Deployment.objects.all()[0]
    deployment.name, deployment.model, deployment.pk = words[:160], made, words[:160]
    deployment.entry = log.record(stage.house.place, Kind.DEPLOYMENT_STARTED, made.digest)
    deployment.save(force_insert=True)
    return made


def article(stage: Stage, name: str, words: str) -> Version:
    """A published article with those words in its title, its text and its source."""
    key, now = digest(f"article {name}".encode()), stage.house.place.clock.now()
    source = {"title": words[:300], "url": "https://paper.example/", "publisher": words[:200]}
    content = {
        "version": 1,
        "title": words[:200],
        "dek": words[:500],
        "sections": [{"heading": words[:200], "text": f"{words} [1]"}],
        "sources": [source],
    }
    held = Article.objects.create(
        slug=key[:20], state="published", draft=content, made_at=now, changed_at=now
    )
    return Version.objects.create(
        article=held, number=1, digest=key, content=content, envelope={}, at=now,
        entry=log.record(stage.house.place, Kind.ARTICLE_PUBLISHED, key),
    )  # fmt: skip


def named(user: User, words: str) -> None:
    """Give a person that name, wherever they have one."""
    Performer.objects.filter(user=user).update(credit_name=words[:200])
