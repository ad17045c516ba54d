"""A house with something at every station, filled by the real services where they stand."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
from django.contrib.auth.hashers import make_password
from django.db import transaction

import yesand
from yesand.affect.evaluating import Beside, evaluate
from yesand.agreements.clause import Request
from yesand.agreements.models import Agreement, Withdrawal
from yesand.agreements.scope import EVERYTHING
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.corpus.models import Manifest
from yesand.corpus.services import gate
from yesand.kernel.canonical import canonical
from yesand.kernel.clock import Period, SetClock
from yesand.kernel.ids import digest
from yesand.kernel.place import Place
from yesand.oversight.withdrawing.services import take_back
from yesand.people import services as people
from yesand.people.models import Organisation, Performer, Seat, User
from yesand.provenance import dsse
from yesand.provenance import services as log
from yesand.provenance.commitment import new_salt
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry
from yesand.provenance.statements import Predicate
from yesand.reliance.models import Report
from yesand.reliance.report import Agreement as Agreed
from yesand.reliance.report import Quality, RelianceReport, Utility
from yesand.reliance.rows import Row
from yesand.royalties.delivering.services import deliver as deliver_own
from yesand.royalties.metering.services import meter
from yesand.royalties.models import Delivery, Statement
from yesand.royalties.settling.services import settle
from yesand.takes.models import Take
from yesand.takes.services import import_corpus
from yesand.training.models import Deployment, TrainedModel

EMOTIONS = ("anger", "joy", "sadness", "calm")
HANDLES = ("Ada", "Ben", "Cleo")
RATE = 16_000
SCENE = "the-late-train"
PASSWORD = "a line of one's own"


@dataclass
class Stage:
    """The house and the people in it."""

    house: yesand.House
    users: dict[str, User] = field(default_factory=dict)

    @property
    def ada(self) -> Performer:
        return Performer.objects.get(handle="Ada")

    @property
    def take(self) -> Take:
        found = Take.objects.filter(performer=self.ada, state="accepted").order_by("id").first()
        assert found is not None
        return found

    @property
    def agreement(self) -> Agreement:
        return Agreement.objects.get(performer=self.ada)

    @property
    def bens_take(self) -> Take:
        found = Take.objects.filter(performer__handle="Ben").order_by("id").first()
        assert found is not None
        return found

    @property
    def manifest(self) -> Manifest:
        return Manifest.objects.get()

    @property
    def model(self) -> TrainedModel:
        return TrainedModel.objects.get()

    @property
    def report(self) -> Report:
        return Report.objects.get()

    @property
    def statement(self) -> Statement:
        return Statement.objects.get(performer=self.ada)


def voice(seed: int, emotion: int, seconds: float = 1.2) -> npt.NDArray[np.float64]:
    """A small sung tone that swells and falls: enough for a waveform to have a shape."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(RATE * seconds)) / RATE
    pitch = 110 * (1 + 0.35 * emotion) * (1 + 0.1 * np.sin(2 * np.pi * (1 + emotion) * t))
    tone = sum(np.sin(2 * np.pi * np.cumsum(pitch * k) / RATE) / k for k in (1, 2, 3, 5))
    swell = np.sin(np.pi * t / seconds) ** 0.5 * (0.6 + 0.4 * np.sin(2 * np.pi * 3.1 * t) ** 2)
    sound: npt.NDArray[np.float64] = 0.3 * swell * tone + 0.004 * rng.standard_normal(len(t))
    return sound


def recordings(
    folder: Path, handles: tuple[str, ...] = HANDLES, synthetic: bool = True, first: int = 0
) -> Path:
    """Lay out a small table of recordings as anyone's own; ``first`` gives other voices."""
    folder.mkdir()
    with (folder / "takes.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "performer", "emotion", "scene", "credit_name", "synthetic"])
        for p, handle in enumerate(handles, first):
            for e, emotion in enumerate(EMOTIONS):
                name = f"{handle}-{emotion}.wav"
                soundfile.write(folder / name, voice(10 * p + e, e), RATE)
                rows.writerow(
                    [name, handle, emotion, "the-late-train", f"{handle} Actor", synthetic]
                )
        silent = f"{handles[0]}-silent.wav"
        soundfile.write(folder / silent, np.zeros(RATE), RATE)
        rows.writerow(
            [silent, handles[0], "calm", "the-late-train", f"{handles[0]} Actor", synthetic]
        )
    return folder


@cache
def hashed() -> str:
    """The one password that everybody here has (hashing is slow by intent)."""
    return make_password(PASSWORD)


def seat(stage: Stage, name: str, role: Seat.Role, **of: Any) -> User:
    """An account with a seat."""
    user = User.objects.create(username=name, password=hashed())
    Seat.objects.create(user=user, role=role, organisation=of.get("organisation"))
    if handle := of.get("handle"):
        Performer.objects.filter(handle=handle).update(user=user)
    stage.users[name] = user
    return user


def filled(empty: Path, folder: Path) -> None:
    """Fill a copy of a new house, to copy from."""
    shutil.copytree(empty, folder / "house")
    house = yesand.open(folder / "house", clock=SetClock(datetime(2026, 10, 1, tzinfo=UTC)))
    set_up(house, folder / "recordings")
    house.close()


def set_up(house: yesand.House, folder: Path) -> Stage:
    """Fill an empty house."""
    stage, place = Stage(house), house.place
    import_corpus(place, recordings(folder), agreement=standard("recognition", date(2026, 1, 1)))
    people.join(place, "Dora", credit_name="Dora Actor", synthetic=True)
    people.found(place, "other-lab", "Other Lab", Organisation.Kind.LICENSEE)
    gate(
        place,
        Request(
            "house-lab",
            Purpose.EMOTION_RECOGNITION,
            UseClass.RECOGNITION,
            at=place.clock.now(),
            territory="DE",
        ),
    )
    reported(place, in_service(place, trained(place)))
    if isinstance(place.clock, SetClock):
        place.clock.at = datetime(2026, 11, 2, tzinfo=UTC)
    meter(place, deliver(folder / "usage.jsonl"))
    settle(place, Period(2026, 10))
    seats(stage)
    return stage


def recall(house: yesand.House) -> Stage:
    """Return the stage of a house that was filled before."""
    return Stage(house, {user.username: user for user in User.objects.all()})


def deliver(path: Path) -> Path:
    """Write a delivery of usage events (CloudEvents 1.0, JSON lines)."""
    events = [
        {
            "specversion": "1.0",
            "id": f"e{n}",
            "source": "https://lab.example/night-line",
            "type": "org.yes-and.usage.v1",
            "time": f"2026-10-{1 + n % 28:02d}T20:15:00Z",
            "subject": "night-line",
            "data": {"unit": "request", "quantity": 40 + n},
        }
        for n in range(60)
    ]
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    return path


def delivered(stage: Stage) -> Delivery:
    """A delivery of the lab's own, with an event that is none of its business; once."""
    folder = stage.house.place.root / "delivery"
    folder.mkdir(exist_ok=True)
    path = deliver(folder / "usage.jsonl")
    with path.open("a") as file:
        file.write(path.read_text().splitlines()[0].replace("night-line", "another-line") + "\n")
    lab = Organisation.objects.get(slug="house-lab")
    return deliver_own(stage.house.place, lab, stage.users["lab"], path)


def withdrawn(stage: Stage) -> Withdrawal:
    """Everything of Ada's, withdrawn; once."""
    made, _ = take_back(stage.house.place, stage.ada, EVERYTHING)
    return made


def seats(stage: Stage) -> None:
    """Give everybody the pages are for a seat."""
    lab, other = (Organisation.objects.get(slug=s) for s in ("house-lab", "other-lab"))
    for handle in ("Ada", "Ben", "Dora"):
        seat(stage, handle.lower(), Seat.Role.PERFORMER, handle=handle)
    seat(stage, "lab", Seat.Role.LICENSEE, organisation=lab)
    seat(stage, "other", Seat.Role.LICENSEE, organisation=other)
    seat(stage, "producer", Seat.Role.PRODUCER)
    seat(stage, "auditor", Seat.Role.AUDITOR)
    seat(stage, "rater", Seat.Role.RATER)


def signed(
    place: Place, kind: Kind, predicate_type: Predicate, about: str, predicate: dict[str, Any]
) -> tuple[str, dict[str, Any], Entry]:
    """Sign and log a statement as the services do; return its digest, envelope and entry."""
    payload = dsse.attest(predicate_type, {"it": about}, predicate)
    name = digest(canonical(payload))
    return name, dsse.seal(payload, [place.signer]), log.record(place, kind, name)


def _judged() -> dict[str, Any]:
    """Return the scores of predictions made by dice, beside raters' and in two languages."""
    rng = np.random.default_rng(7)
    acted = np.arange(48) % len(EMOTIONS)
    told = rng.dirichlet(np.ones(len(EMOTIONS)), 48) + np.eye(len(EMOTIONS))[acted] * 0.6
    people = [("Ada", "Ben", "Cleo")[k % 3] for k in range(48)]
    languages = [("de", "en")[k // 4 % 2] for k in range(48)]
    votes = rng.integers(0, 4, told.shape)
    beside = Beside({"language": languages}, people, votes)
    return evaluate(told / told.sum(1, keepdims=True), acted, people, EMOTIONS, beside).as_json()


#: As ``affect.evaluating.Evaluation.as_json`` writes them.
SCORES: dict[str, Any] = _judged() | {
    "takes": 48,
    "uar": 0.667,
    "accuracy": 0.671,
    "ece": 0.041,
    "ece_bins": 15,
    "worst_performer": {"performer": "Cleo", "uar": 0.58},
    "spread": 0.13,
    "by_performer": {"Ada": 0.71, "Ben": 0.66, "Cleo": 0.58},
    "labels": list(EMOTIONS),
    "confusion": [[9, 1, 1, 1], [2, 8, 1, 1], [0, 1, 7, 4], [1, 0, 3, 8]],
}
#: As ``training.dimensional.Reading.as_json`` writes it.
DIMENSIONS: dict[str, Any] = {
    "by_take": {
        "valence": {
            "takes": 48,
            "ccc": 0.52,
            "worst_performer": {"performer": "Cleo", "ccc": 0.31},
            "raters": {"one_rater": 0.64, "model": 0.47, "ratings": 190},
        },
        "dominance": {"none": "Only 7 takes are rated on dominance; 20 are needed"},
    },
    "over_time": {"arousal": {"takes": 30, "ccc": 0.44, "worst_performer": None, "raters": None}},
}
#: As ``training.card.card`` writes it.
CARD = {
    "task": "emotion recognition from voice",
    "marks": ["SYNTHETIC: 12 of 12 takes were made by code, not by a person."],
    "bound_to": {"agreements": {"individual": 3}, "sources": []},
    "data": {
        "takes": 12,
        "performers": 3,
        "duration_ms": 14_400,
        "emotions": dict.fromkeys(EMOTIONS, 3),
    },
    "scores": SCORES,
    "scored_how": "folds by performer: nobody is on both sides",
    "limits": ["It knows acted emotion as it was intended, not what a person feels."],
    "notices": ["Inferring emotions at work or in education is prohibited in the EU."],
}


def trained(place: Place) -> TrainedModel:
    """A registered model, with a run record as the trainer writes it."""
    artefact = digest(b"weights")
    with transaction.atomic():
        _, envelope, entry = signed(
            place, Kind.MODEL_REGISTERED, Predicate.MODEL, artefact, {"name": "late-train-1"}
        )
        return TrainedModel.objects.create(
            digest=artefact,
            name="late-train-1",
            manifest=Manifest.objects.get(),
            run={"labels": list(EMOTIONS), "scores": SCORES, "dimensions": DIMENSIONS},
            card=CARD,
            envelope=envelope,
            at=place.clock.now(),
            entry=entry,
        )


def in_service(place: Place, model: TrainedModel) -> TrainedModel:
    """Put a model in service for its licensee."""
    with transaction.atomic():
        _, envelope, entry = signed(
            place, Kind.DEPLOYMENT_STARTED, Predicate.DEPLOYMENT, model.digest, {"name": "night"}
        )
        Deployment.objects.create(
            name="night-line",
            model=model,
            licensee=model.manifest.licensee,
            since=datetime(2026, 10, 1, tzinfo=UTC),
            envelope=envelope,
            entry=entry,
        )
    return model


def row(handle: str, share: int, low: int, high: int) -> Row:
    figures = share * MILLION, low * MILLION, high * MILLION, share, low, high, share
    return Row(handle, *figures, emotions=(("happy", share + 2), ("sad", -2)))


MILLION = 10**6
ROWS = (row("Ada", 520, 430, 610), row("Ben", 310, 250, 380), row("Cleo", 170, 90, 240))


def without_name(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "performer"}


def reported(place: Place, model: TrainedModel) -> Report:
    """A signed reliance report of a model, as if it had been measured elsewhere."""
    found = RelianceReport(
        model=model.digest,
        queries=digest(b"queries"),
        method="subset-retraining",
        version="1",
        settings={"l2": 10.0},
        quality=Quality(detectable_ppb=200 * MILLION),
        utility=Utility(-900 * MILLION, -1386 * MILLION, 410 * MILLION, 560 * MILLION),
        agreement=Agreed(halves=0.98, spearman=0.95, pearson=0.97, concordance=1.0, pairs=3),
        sets_shares=True,
        reason="",
        rows=ROWS,
    )
    salts = {r.performer: new_salt() for r in ROWS}
    mix = {"joy": 750 * MILLION, "fear": 250 * MILLION}
    predicate = found.predicate(salts, manifest=model.manifest_id, trial=False, mix=mix)
    with transaction.atomic():
        name, envelope, entry = signed(
            place, Kind.RELIANCE_REPORTED, Predicate.RELIANCE, model.digest, predicate
        )
        return Report.objects.create(
            digest=name,
            model=model,
            method=found.method,
            shares={r["performer"]: without_name(r) for r in (row.as_json() for row in ROWS)},
            salts={name: salt.hex() for name, salt in salts.items()},
            sets_shares=True,
            envelope=envelope,
            at=place.clock.now(),
            entry=entry,
        )
