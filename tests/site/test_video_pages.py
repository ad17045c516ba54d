"""A take with a picture is shown with it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from stage import Stage

from yesand.takes.models import Take
from yesand.takes.services import import_corpus

sys.path.append(str(Path(__file__).parents[1] / "takes"))
from videos import video

pytestmark = pytest.mark.one_database


def test_a_video_plays_as_one_and_a_sound_as_sound(
    stage: Stage, as_: dict[str, Client], tmp_path: Path
) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    path = video(folder / "a.webm", 1.0, size=(320, 240))
    (folder / "takes.csv").write_text("path,performer,emotion\na.webm,vera,joy\n")
    assert import_corpus(stage.house.place, folder).imported == 1
    film = Take.objects.get(media_type="video/webm")
    page = as_["producer"].get(reverse("take", args=[film.sha256])).content.decode()
    address = reverse("take_media", args=[film.sha256])
    assert f'<video controls playsinline preload="none" src="{address}"' in page
    assert "<audio" not in page
    sent = as_["producer"].get(address)
    assert sent.headers["Content-Type"] == "video/webm"
    assert b"".join(sent) == path.read_bytes()  # type: ignore[arg-type]
    other = as_["producer"].get(reverse("take", args=[stage.take.sha256])).content.decode()
    assert "<audio controls" in other and "<video" not in other
