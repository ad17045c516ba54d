"""A licensee in a real browser: chooses a format, sees it being made, downloads, and checks it."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from opened_pages import cookies, served
from playwright.sync_api import Page, expect, sync_playwright
from stage import Stage

from yesand.cli import _run as run

CHROMIUM = Path("/usr/bin/chromium")
WORK = "from yesand.cli import _run; _run(['work', '--once', '--house', {root!r}])"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium"),
]


def work(root: Path) -> None:
    """Let a worker do in a process of its own what waits."""
    path = os.pathsep.join(sys.path)
    code = WORK.format(root=str(root))
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, check=True)


def accessible(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert not found, [each["id"] for each in found]


def test_a_corpus_is_asked_for_made_fetched_and_checked(
    stage: Stage, as_: dict[str, Client], tmp_path: Path
) -> None:
    root, address = stage.house.place.root, reverse("manifest", args=[stage.manifest.digest])
    with served(root) as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 390, "height": 844}, accept_downloads=True)
        context.add_cookies(cookies(as_, home)["lab"])  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(home + address)
        page.select_option("select[name=format]", "parquet")
        page.click("text=Make it ready")
        expect(page.locator(".order")).to_contain_text("waits for its turn")
        expect(page.locator(".order progress")).to_be_visible()
        accessible(page)
        work(root)
        expect(page.locator(".order")).to_contain_text("12 takes, permitted and logged.")
        accessible(page)
        with page.expect_download() as coming:
            page.click("text=Download (TAR)")
        coming.value.save_as(tmp_path / "corpus.tar")
        browser.close()
    with tarfile.open(tmp_path / "corpus.tar") as archive:
        archive.extractall(tmp_path / "corpus", filter="data")
    assert run(["verify", str(tmp_path / "corpus")]) == 0
