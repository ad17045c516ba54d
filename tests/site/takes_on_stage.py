"""A project with a scene, Ada invited, and an upload that she began: made when first asked for."""

from __future__ import annotations

import hashlib

from stage import Stage, voice
from upload_wav import wav_of

from yesand.takes.models import Project, Scene, Take, Upload
from yesand.takes.projects.services import Words, keep_project
from yesand.takes.uploading.services import Wish, begin, finish, put

TITLE = "The letter"


def project_of(stage: Stage) -> Project:
    """The project that Ada alone is invited to."""
    known = Project.objects.order_by("pk").first()
    if known:
        return known
    scene = Scene.objects.create(
        slug="the-letter",
        title=TITLE,
        circumstances="A kitchen at night. The letter lies between the cups.",
        relationship="Two sisters who have not spoken for a year",
        beats=["She sees the letter", "She reads it aloud", "She puts it away"],
        emotion="sadness",
        language="en",
    )
    words = Words("Letters", "Scenes in which somebody reads.", "standard/recognition")
    by = stage.users["producer"]
    return keep_project(stage.house.place, by, words, {scene: 1}, [stage.ada])


def upload_of(stage: Stage) -> Upload:
    """An upload that Ada began."""
    project = project_of(stage)
    wish = Wish(project, project.scenes.get(), "take.wav", 1000)
    return begin(stage.house.place, stage.ada, "first", wish)[0]


def take_of(stage: Stage) -> Take:
    """A take that Ada sent for the scene."""
    data = wav_of(voice(77, 1))
    name, place = hashlib.sha256(data).hexdigest(), stage.house.place
    project = project_of(stage)
    wish = Wish(project, project.scenes.get(), "take.wav", len(data))
    upload = begin(place, stage.ada, "whole", wish)[0]
    put(place, upload, 0, data, name)
    found = finish(place, upload, name).take
    assert found is not None
    return found
