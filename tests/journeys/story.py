"""A house served by a second process, a browser before it, and what its people do there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import soundfile
from django.db import connections
from playwright.sync_api import Browser, Page, expect

import yesand
from yesand.kernel.clock import SetClock, stamp
from yesand.people import services as people
from yesand.people.models import Organisation, Performer

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "a line of one's own"
OPENING = datetime(2026, 10, 1, 9, tzinfo=UTC)
PATIENCE = 30_000
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
MICROPHONE = "--use-file-for-fake-audio-capture"
LISTEN = """
window.refused = [];
document.addEventListener('securitypolicyviolation', e => window.refused.push(
  e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile));
"""
Found = TypeVar("Found")
expect.set_options(timeout=20_000)


@dataclass
class World:
    """The house, its server, and the browser; the operator's hand is this test's."""

    house: yesand.House
    clock: SetClock
    port: int
    browser: Browser | None = None
    process: subprocess.Popen[str] | None = None
    complaints: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve the house, at the time that the story has reached."""
        root = str(self.house.place.root)
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "yesand.cli",
                "serve",
                "--house",
                root,
                "--port",
                str(self.port),
            ],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                "YESAND_NOW": stamp(self.clock.now()),
            },
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        assert self.address in self.process.stdout.readline()

    def kill(self) -> None:
        """End the server and its worker at once, as a power cut does."""
        if self.process is None:
            return
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None

    def later(self, moment: datetime) -> None:
        """Let time pass: the server goes away and comes back at another hour."""
        self.kill()
        self.clock.at = moment
        self.start()

    def asked(self, work: Callable[[], Found]) -> Found:
        """Work with the house beside Playwright's loop."""

        def run() -> Found:
            try:
                return work()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(run).result()

    def page(self, name: str = "", path: str = "/me/", **how: Any) -> Page:
        """Open a window of somebody's own: logged in, if named."""
        assert self.browser is not None
        context = self.browser.new_context(viewport={"width": 1280, "height": 900}, **how)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(LISTEN)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        if name:
            page.goto(f"{self.address}/login/?next={path}")
            log_in(page, name)
            page.wait_for_url(f"**{path}")
        return page

    def _hear(self, message: Any) -> None:
        # What a browser says of every form that comes back for a correction is not a fault.
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.complaints.append(message.text)


def log_in(page: Page, name: str) -> None:
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("article button[type=submit]")


def go_on(page: Page) -> None:
    """Say again who one is, where a page asks, and send what was kept."""
    expect(page.locator("h1")).to_have_text("Is it you?")
    page.fill("input[name=password]", PASSWORD)
    page.click("article button[type=submit]")
    page.get_by_role("button", name="Go on").click()


def join(page: Page, link: str, name: str) -> None:
    """Take an invitation up with a password."""
    page.goto(link)
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[value=password]")
    page.wait_for_url("**/me/")


def invite(page: Page, address: str, role: str, **told: str) -> str:
    """As a producer, make an invitation's link."""
    page.goto(f"{address}/invitations/")
    page.get_by_text("Invite somebody").click()
    page.select_option("select[name=role]", role)
    if organisation := told.pop("organisation", ""):
        page.select_option("select[name=organisation]", label=organisation)
    for name, value in told.items():
        page.fill(f"input[name={name}]", value)
    page.get_by_role("button", name="Make the link").click()
    return page.inner_text("#secret")


def spoken(path: Path, seconds: float = 20) -> Path:
    """What the microphone hears: a voice that swells and falls."""
    rng = np.random.default_rng(1)
    t = np.arange(int(48_000 * seconds)) / 48_000
    swell = 0.5 + 0.5 * np.sin(2 * np.pi * 0.8 * t)
    sound = 0.4 * swell * np.sin(2 * np.pi * 180 * t) + 0.002 * rng.standard_normal(len(t))
    soundfile.write(path, sound, 48_000, subtype="PCM_16")
    return path


def seated(name: str, role: str, **of: Any) -> None:
    """Somebody who was here before the story begins."""
    performer: Performer | None = of.get("performer")
    organisation: Organisation | None = of.get("organisation")
    people.account(name, role, PASSWORD, performer, organisation)
