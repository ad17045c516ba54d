"""A real browser records and uploads, while servers die, lines break, disks fill and lids close."""

from __future__ import annotations

import hashlib
import io
import re
import resource
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from django.db import connection
from killable import Server
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from stage import PASSWORD, Stage
from takes_on_stage import project_of

from yesand.takes.media import MediaStore
from yesand.takes.models import Take, Upload

CHROMIUM = Path("/usr/bin/chromium")
LISTEN = """
window.refused = [];
document.addEventListener('securitypolicyviolation', e => window.refused.push(
  e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile));
"""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
]
PATIENCE = 60_000
expect.set_options(timeout=20_000)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium"),
]


@dataclass
class World:
    """A house that is served, a browser, and where Ada records."""

    server: Server
    browser: Browser
    path: str

    def page(self, context: BrowserContext | None = None) -> Page:
        context = context or self.browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_init_script(LISTEN)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"{self.server.address}/login/?next={self.path}")
        if "/login/" in page.url:
            sign_in(page)
        expect(page.locator("[data-record]")).to_be_visible()
        return page


def sign_in(page: Page) -> None:
    page.fill("input[name=login]", "ada")
    page.fill("input[name=password]", PASSWORD)
    page.click("article button[type=submit]")
    page.wait_for_url("**/record/**")


@pytest.fixture
def server(stage: Stage) -> Iterator[Server]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    made = Server(stage.house.place.root, port)
    made.start()
    yield made
    made.kill()


@pytest.fixture
def world(stage: Stage, server: Server, tmp_path: Path) -> Iterator[World]:
    project = project_of(stage)
    path = f"/record/{project.slug}/{project.scenes.get().slug}/"
    spoken = tmp_path / "spoken.wav"
    soundfile.write(spoken, voiced(20), 48_000, subtype="PCM_16")
    connection.close()
    arguments = [
        *ARGUMENTS,
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={spoken}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield World(server, browser, path)
        browser.close()


def voiced(seconds: float, seed: int = 1) -> Any:
    rng = np.random.default_rng(seed)
    t = np.arange(int(48_000 * seconds)) / 48_000
    swell = 0.5 + 0.5 * np.sin(2 * np.pi * 0.8 * t)
    return 0.4 * swell * np.sin(2 * np.pi * 180 * t) + 0.002 * rng.standard_normal(len(t))


def recording(folder: Path, seconds: float = 3.0, seed: int = 5) -> Path:
    path = folder / f"take-{seed}.wav"
    soundfile.write(path, voiced(seconds, seed), 48_000, subtype="PCM_24")
    return path


def asked(question: Callable[[], Any]) -> Any:
    """Ask the registry beside Playwright's loop."""

    def work() -> Any:
        try:
            return question()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def takes() -> list[Take]:
    return asked(lambda: list(Take.objects.filter(session__project__isnull=False).order_by("pk")))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def kept(world: World, sha256: str) -> bytes:
    return MediaStore(world.server.root / "media").path_of(sha256).read_bytes()


def saved(page: Page, number: int = 1) -> None:
    expect(page.locator("[data-outbox] li.saved")).to_have_count(number, timeout=PATIENCE)
    expect(page.locator("[data-outbox] li .how").first).to_contain_text("Saved")
    assert page.evaluate("window.refused") == []


def record(page: Page, seconds: float) -> None:
    page.locator("[data-record]:visible, [data-more]:visible").click()
    expect(page.locator("[data-stop]")).to_be_visible()
    page.wait_for_timeout(1000 * seconds)
    page.click("[data-stop]")
    expect(page.locator("[data-audio]")).to_be_visible()


def test_a_performer_records_listens_again_redoes_and_sends(world: World) -> None:
    page = world.page()
    assert "A kitchen at night" in page.locator(".prompt").inner_text()
    record(page, 1.0)
    page.click("[data-redo]")
    page.wait_for_timeout(3000)
    assert float(page.locator("[data-level]").get_attribute("value") or 0) > 0.3
    page.click("[data-stop]")
    expect(page.locator("[data-audio]")).to_be_visible()
    heard = page.evaluate(
        """async () => {
          const audio = document.querySelector('[data-audio]');
          if (audio.readyState < 1) await new Promise(yes => { audio.onloadedmetadata = yes; });
          await audio.play();
          return audio.duration;
        }"""
    )
    assert heard > 2.5
    page.click("[data-send]")
    saved(page)
    (take,) = takes()
    sound, rate = soundfile.read(io.BytesIO(kept(world, take.sha256)))
    info = soundfile.info(io.BytesIO(kept(world, take.sha256)))
    assert (take.state, take.emotion, info.subtype) == ("accepted", "sadness", "PCM_24")
    assert abs(len(sound) / rate - heard) < 0.1 and 0.2 < np.abs(sound).max() < 1
    page.click("[data-outbox] li a")
    expect(page.locator("svg.wave")).to_be_visible()


def test_the_microphone_is_open_on_this_page_alone(world: World) -> None:
    page = world.page()
    here = page.request.get(f"{world.server.address}{world.path}").headers
    there = page.request.get(f"{world.server.address}/takes/").headers
    assert "microphone=(self)" in here["permissions-policy"]
    assert "microphone=()" in there["permissions-policy"]
    assert "media-src 'self' blob:" in here["content-security-policy"]
    assert "blob:" not in there["content-security-policy"]


def test_a_blocked_microphone_is_told_kindly(stage: Stage, server: Server, tmp_path: Path) -> None:
    project = project_of(stage)
    path = f"/record/{project.slug}/{project.scenes.get().slug}/"
    connection.close()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, "--deny-permission-prompts"]
        )
        page = World(server, browser, path).page()
        page.click("[data-record]")
        expect(page.locator(".recorder [data-say]")).to_contain_text("blocked for this page")
        expect(page.locator("[data-record]")).to_be_visible()
        browser.close()


@pytest.mark.deep
def test_a_recording_cut_off_by_a_closed_lid_is_there_at_the_next_visit(world: World) -> None:
    page = world.page()
    context = page.context
    page.click("[data-record]")
    expect(page.locator("[data-stop]")).to_be_visible()
    page.wait_for_timeout(4000)
    page.close(run_before_unload=False)
    again = world.page(context)
    expect(again.locator("[data-outbox] li.held")).to_contain_text("Cut off")
    again.click("[data-outbox] li button:text-is('Listen')")
    again.click("[data-outbox] li button:text-is('Send')")
    saved(again)
    (take,) = takes()
    assert take.duration_ms >= 2000


def test_a_server_killed_in_the_middle_of_an_upload_loses_and_doubles_nothing(
    world: World, tmp_path: Path
) -> None:
    page, path = world.page(), recording(tmp_path, 300.0)
    page.set_input_files("[data-drop] input", path)
    until(lambda: world.server.parts() >= 4)
    world.server.kill()
    before = world.server.parts()
    assert 4 <= before < 41
    expect(page.locator("[data-live]")).to_contain_text("does not answer")
    expect(page.locator("[data-live]")).to_contain_text("Next try in")
    assert page.locator("[data-outbox] li.saved").count() == 0
    world.server.start()
    page.click(".live [data-now]")
    until(lambda: world.server.parts() > before + 2)
    world.server.kill()
    world.server.start()
    saved(page)
    (take,) = takes()
    assert take.sha256 == digest(path) and kept(world, take.sha256) == path.read_bytes()
    assert asked(Upload.objects.count) == 1 and world.server.parts() == 0
    expect(page.locator("[data-live]")).to_be_hidden(timeout=PATIENCE)


def test_what_is_chosen_offline_is_sent_when_the_line_is_back(world: World, tmp_path: Path) -> None:
    page, path = world.page(), recording(tmp_path)
    page.context.set_offline(True)
    expect(page.locator("[data-live]")).to_contain_text("offline")
    page.set_input_files("[data-drop] input", path)
    expect(page.locator("[data-outbox] li.queued")).to_have_count(1)
    record(page, 1.5)
    page.click("[data-send]")
    expect(page.locator("[data-outbox] li.queued")).to_have_count(2)
    page.wait_for_timeout(2500)
    page.context.set_offline(False)
    expect(page.locator("[data-live]")).to_contain_text("Rejoined")
    saved(page, 2)
    assert digest(path) in {take.sha256 for take in takes()}


@pytest.mark.deep
def test_what_waited_while_the_page_was_closed_is_sent_at_the_next_visit(
    world: World, tmp_path: Path
) -> None:
    page, path = world.page(), recording(tmp_path)
    context = page.context
    context.set_offline(True)
    page.set_input_files("[data-drop] input", path)
    expect(page.locator("[data-outbox] li.queued")).to_have_count(1)
    page.close(run_before_unload=False)
    context.set_offline(False)
    saved(world.page(context))
    assert [take.sha256 for take in takes()] == [digest(path)]


@pytest.mark.deep
def test_two_tabs_send_one_recording_once(world: World, tmp_path: Path) -> None:
    page, path = world.page(), recording(tmp_path, 60.0)
    other = world.page(page.context)
    page.context.set_offline(True)
    page.set_input_files("[data-drop] input", path)
    expect(other.locator("[data-outbox] li.queued")).to_have_count(1)
    page.context.set_offline(False)
    saved(page)
    saved(other)
    assert [take.sha256 for take in takes()] == [digest(path)]
    assert asked(Upload.objects.count) == 1


@pytest.mark.deep
def test_a_session_that_ended_is_taken_up_again_at_the_same_place(
    world: World, tmp_path: Path
) -> None:
    page, path = world.page(), recording(tmp_path)
    page.click("[data-record]")
    expect(page.locator("[data-stop]")).to_be_visible()
    page.wait_for_timeout(1500)
    asked(lambda: connection.cursor().execute("DELETE FROM django_session"))
    page.click("[data-stop]")
    page.click("[data-send]")
    page.set_input_files("[data-drop] input", path)
    expect(page.locator("[data-live]")).to_contain_text("session has ended")
    page.click(".live [data-again]")
    sign_in(page)
    assert page.url.endswith(world.path)
    saved(page, 2)
    assert len(takes()) == 2


@pytest.mark.deep
def test_a_full_disk_on_the_server_is_told_and_nothing_is_lost(
    world: World, tmp_path: Path
) -> None:
    page, path = world.page(), recording(tmp_path, 60.0)
    # No file of the server may grow beyond this: there is room for its registry and for parts, and
    # none for the whole of them.
    room = 4_000_000
    assert (world.server.root / "registry.sqlite3").stat().st_size < room < path.stat().st_size
    before = resource.prlimit(world.server.worker(), resource.RLIMIT_FSIZE)
    resource.prlimit(world.server.worker(), resource.RLIMIT_FSIZE, (room, before[1]))
    page.set_input_files("[data-drop] input", path)
    expect(page.locator("[data-live]")).to_contain_text("no room left")
    assert page.locator("[data-outbox] li.saved").count() == 0 and takes() == []
    resource.prlimit(world.server.worker(), resource.RLIMIT_FSIZE, before)
    page.click(".live [data-now]")
    saved(page)
    assert [take.sha256 for take in takes()] == [digest(path)]


@pytest.mark.deep
def test_what_is_no_recording_is_refused_in_words(world: World, tmp_path: Path) -> None:
    page = world.page()
    for name, data, told in (
        ("song.wav", b"MZ\x90\x00" + bytes(5000), "A program"),
        ("film.avi", b"RIFF\x00\x00\x00\x00AVI LIST" + bytes(5000), "A video"),
    ):
        page.set_input_files(
            "[data-drop] input", {"name": name, "mimeType": "audio/wav", "buffer": data}
        )
        refusal = page.locator("[data-outbox] li.refused", has_text=name)
        expect(refusal).to_contain_text(re.compile(f"Not taken: {told}"))
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("[data-outbox] li.refused").first.locator("text=Delete").click()
    expect(page.locator("[data-outbox] li")).to_have_count(1)
    assert takes() == []


@pytest.mark.deep
def test_another_person_on_the_same_device_sends_nothing_of_hers(
    world: World, tmp_path: Path
) -> None:
    page, path = world.page(), recording(tmp_path)
    page.context.set_offline(True)
    page.set_input_files("[data-drop] input", path)
    page.context.set_offline(False)
    saved(page)
    page.click("text=Log out")
    page.goto(f"{world.server.address}/login/?next=/scenes/")
    page.fill("input[name=login]", "ben")
    page.fill("input[name=password]", PASSWORD)
    page.click("article button[type=submit]")
    page.wait_for_url("**/scenes/")
    page.wait_for_timeout(1000)
    assert page.locator("[data-outbox] li").count() == 0


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)
