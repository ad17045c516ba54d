"""A performer with an agreement in force, a project with a scene, and recordings to send."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import soundfile

import yesand
from yesand.agreements import services as agreements
from yesand.agreements.templates import standard
from yesand.people import services as people
from yesand.people.models import Performer, User
from yesand.takes.models import Project, Scene, Upload
from yesand.takes.projects.services import Words, keep_project
from yesand.takes.services import producer_of
from yesand.takes.uploading.parts import PART
from yesand.takes.uploading.services import Wish, begin, put

RATE = 48_000


@dataclass
class UploadStage:
    """Who sends what to whom."""

    house: yesand.House
    ada: Performer
    producer: User
    project: Project
    scene: Scene

    def begun(self, data: bytes, key: str = "one", name: str = "take.wav") -> Upload:
        wish = Wish(self.project, self.scene, name, len(data))
        return begin(self.house.place, self.ada, key, wish)[0]

    def sent(self, data: bytes, key: str = "one", name: str = "take.wav") -> Upload:
        upload = self.begun(data, key, name)
        for number in range(-(-len(data) // PART)):
            part = data[number * PART : (number + 1) * PART]
            put(self.house.place, upload, number, part, hashlib.sha256(part).hexdigest())
        return upload


def set_upload_stage(house: yesand.House, *, signed: bool = True) -> UploadStage:
    """Make them."""
    ada, _ = people.join(house.place, "Ada", credit_name="Ada Actor")
    if signed:
        sign(house, ada)
    producer = User.objects.create(username="producer")
    scene = Scene.objects.create(slug="the-letter", title="The letter", emotion="sadness")
    words = Words("Letters", "", "standard/recognition")
    project = keep_project(house.place, producer, words, {scene: 1}, [ada])
    return UploadStage(house, ada, producer, project, scene)


def sign(house: yesand.House, performer: Performer) -> None:
    draft = standard("recognition", date(2026, 1, 1))
    agreements.sign(house.place, draft, performer, producer_of(house.place))


def wav(seconds: float = 3.0, seed: int = 0, gain: float = 0.3) -> bytes:
    """A voice-like recording; the same seed gives the same bytes."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(RATE * seconds)) / RATE
    tone = np.sin(2 * np.pi * rng.uniform(90, 260) * t) * np.sin(2 * np.pi * 3 * t) ** 2
    file = io.BytesIO()
    sound = gain * tone + 0.001 * rng.standard_normal(len(t)) * (gain > 0)
    soundfile.write(file, sound, RATE, format="WAV", subtype="PCM_24")
    return file.getvalue()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def left(house: yesand.House) -> list[Path]:
    """Files that are still on their way in."""
    folder = house.place.uploads
    return [p for p in folder.rglob("*") if p.is_file()] if folder.exists() else []
