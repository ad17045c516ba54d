"""Two performers record one scene in one meeting: a channel each, joined by the meeting."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile
from django.db import connection
from killable import Server
from playwright.sync_api import Page, Playwright, expect, sync_playwright
from stage import PASSWORD, Stage
from takes_on_stage import project_of
from test_recorder import ARGUMENTS, CHROMIUM, LISTEN, PATIENCE, asked, saved, server

from yesand.meetings.models import Attendance, Meeting
from yesand.takes.media import MediaStore
from yesand.takes.models import Casting, Take

__all__ = ["server"]
#: What each of them says into their own microphone, in hertz.
VOICES = {"ada": 180.0, "ben": 310.0}
SECONDS = 3.0
pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium"),
]


@pytest.fixture
def duo(stage: Stage) -> str:
    """A performance of the two that goes on now; return where its scene is recorded."""
    project, now = project_of(stage), datetime.now(UTC)
    ben = stage.bens_take.performer
    Casting.objects.create(project=project, performer=ben, at=stage.house.place.clock.now())
    meeting = Meeting.objects.create(
        kind=Meeting.Kind.PERFORMANCE,
        title="The sisters",
        starts_at=now - timedelta(minutes=5),
        ends_at=now + timedelta(hours=1),
        zone="Europe/Berlin",
        made_by=stage.users["producer"],
        made_at=now,
    )
    for performer in (stage.ada, ben):
        agreement = performer.agreements.get()
        Attendance.objects.create(meeting=meeting, user=performer.user, agreement=agreement)
    return f"/record/{project.slug}/{project.scenes.get().slug}/"


@pytest.fixture
def desks(duo: str, server: Server, tmp_path: Path) -> Iterator[dict[str, Page]]:
    """Each at their own machine, with their own microphone, before the same scene."""
    connection.close()
    with sync_playwright() as playwright:
        yield {name: desk(playwright, server.address + duo, name, tmp_path) for name in VOICES}


def desk(playwright: Playwright, address: str, name: str, folder: Path) -> Page:
    spoken = folder / f"{name}.wav"
    t = np.arange(48_000 * 20) / 48_000
    soundfile.write(spoken, 0.3 * np.sin(2 * np.pi * VOICES[name] * t), 48_000, subtype="PCM_16")
    arguments = ["--use-fake-ui-for-media-stream", f"--use-file-for-fake-audio-capture={spoken}"]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *arguments])
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.add_init_script(LISTEN)
    page.goto(address)
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("article button[type=submit]")
    expect(page.locator("[data-record]")).to_be_visible()
    return page


def test_a_duo_records_together_and_each_sees_only_their_own(
    desks: dict[str, Page], server: Server
) -> None:
    for page in desks.values():
        expect(page.locator("input[data-meeting]")).to_be_checked()
        assert "The sisters" in page.inner_text(".recorder")
    for act in ("record", "stop", "send"):  # hand in hand, as two people do
        for page in desks.values():
            page.click(f"button[data-{act}]")
            expect(page.locator(f"button[data-{act}]")).to_be_hidden()
        desks["ada"].wait_for_timeout(1000 * SECONDS if act == "record" else 0)
    for page in desks.values():
        saved(page)
    takes = asked(given)
    assert sorted(takes) == ["ada", "ben"]
    assert len({take.session.meeting.title for take in takes.values()}) == 1
    assert len({take.session.meeting_id for take in takes.values()}) == 1
    assert len({take.session.agreement_id for take in takes.values()}) == 2
    for name, take in takes.items():
        assert take.session.performer == take.performer
        assert abs(loudest(server, take) - VOICES[name]) < 5
    for name, other in (("ada", "ben"), ("ben", "ada")):
        sees_only_their_own(desks[name], server.address, takes[name], takes[other])


def given() -> dict[str, Take]:
    rows = Take.objects.filter(session__meeting__isnull=False)
    rows = rows.select_related("session__meeting", "session__performer", "performer__user")
    return {take.performer.user.username: take for take in rows}


def loudest(server: Server, take: Take) -> float:
    """Return the frequency that a take is loudest at: whose microphone it came from."""
    path = MediaStore(server.root / "media").path_of(take.sha256)
    sound, rate = soundfile.read(io.BytesIO(path.read_bytes()))
    assert sound.ndim == 1 and abs(len(sound) / rate - SECONDS) < 3
    return float(np.argmax(np.abs(np.fft.rfft(sound))) * rate / len(sound))


def sees_only_their_own(page: Page, address: str, mine: Take, other: Take) -> None:
    page.goto(f"{address}/takes/{mine.sha256}/")
    expect(page.locator("svg.wave")).to_be_visible()
    assert "The sisters" in page.inner_text("main")
    for path in ("/takes/", "/sessions/", f"/takes/{mine.sha256}/"):
        page.goto(address + path)
        assert other.sha256 not in page.content(), path
        assert other.session.slug not in page.content(), path
    for path in ("/", "/media"):
        assert page.request.get(f"{address}/takes/{other.sha256}{path}").status == 404
        assert page.request.get(f"{address}/takes/{mine.sha256}{path}").status == 200
