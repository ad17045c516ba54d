"""How many bytes of recordings may wait and be kept, and what makes room again."""

from __future__ import annotations

import pytest
from upload_stage import UploadStage, left, set_upload_stage, sha, wav

import yesand
from yesand.kernel.errors import Refused, TooLarge
from yesand.takes.models import Upload
from yesand.takes.uploading.services import MOST_OPEN, abandon, finish

LONG = wav(9.0)


@pytest.fixture
def world(house: yesand.House) -> UploadStage:
    return set_upload_stage(house)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("YESAND_UPLOAD_WAITING", "wait to be finished by you"),
        ("YESAND_UPLOAD_WAITING_HOUSE", "wait in this house"),
        ("YESAND_UPLOAD_KEPT", "of yours are kept"),
    ],
)
def test_what_waits_and_is_kept_has_an_end(
    world: UploadStage, monkeypatch: pytest.MonkeyPatch, setting: str, told: str
) -> None:
    monkeypatch.setenv(setting, str(len(LONG) + 10))
    first = world.begun(LONG, "one")
    with pytest.raises(TooLarge, match=told) as caught:
        world.begun(LONG, "two")
    assert caught.value.remedy
    assert world.sent(LONG, "one") == first and Upload.objects.count() == 1
    if setting == "YESAND_UPLOAD_KEPT":
        finish(world.house.place, first, sha(LONG))
        with pytest.raises(TooLarge, match=told):
            world.begun(LONG, "two")
    else:
        abandon(world.house.place, first)
        assert world.begun(LONG, "two").state == "open"


def test_what_was_begun_long_ago_is_swept_and_too_many_are_refused(world: UploadStage) -> None:
    world.sent(LONG, "old")
    world.house.place.clock.advance(days=31)  # type: ignore[attr-defined]
    for n in range(MOST_OPEN):
        world.begun(LONG, f"new {n}")
    assert Upload.objects.get(key="old").state == "refused" and left(world.house) == []
    with pytest.raises(Refused, match="not finished"):
        world.begun(LONG, "one more")
