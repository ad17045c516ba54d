"""A real browser walks the line, from the start page to a statement, on a desktop and a phone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright
from stage import PASSWORD, Stage

CHROMIUM = Path("/usr/bin/chromium")
SERVE = (
    "import sys, yesand; from yesand.site import serve; "
    "serve(yesand.open(sys.argv[1]).place, '127.0.0.1', int(sys.argv[2]))"
)
#: Tell the page's own story of what the policy kept out.
LISTEN = """
window.refused = [];
document.addEventListener('securitypolicyviolation', e => window.refused.push(
  e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile));
"""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium"),
]


@pytest.fixture
def address(stage: Stage) -> Iterator[str]:
    """The house, served by a real gunicorn in a second process."""
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    root = str(stage.house.place.root)
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, root, str(port)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert f"http://127.0.0.1:{port}/" in process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


@pytest.fixture
def take(stage: Stage) -> str:
    return f"/takes/{stage.take.sha256}/"


@pytest.fixture
def browser(take: str, address: str) -> Iterator[Browser]:
    # Last of all: Playwright runs an event loop here, beside which Django asks no database.
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
        )
        yield made
        made.close()


def opened(context: BrowserContext, complaints: list[str]) -> Page:
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.on("console", lambda m: m.type in {"error", "warning"} and complaints.append(m.text))
    page.on("pageerror", lambda fault: complaints.append(str(fault)))

    def failed(request: Request) -> None:
        # Who goes on before a page's scripts are there breaks them off: nothing is wrong with them.
        if request.failure != "net::ERR_ABORTED":
            complaints.append(f"failed: {request.url}")

    page.on("requestfailed", failed)
    return page


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    assert page.evaluate("window.refused") == [], page.url


@pytest.mark.parametrize("width", [1280, pytest.param(390, marks=pytest.mark.deep)])
def test_a_performer_walks_from_the_start_to_their_statement(
    browser: Browser, address: str, width: int
) -> None:
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = opened(context, complaints)
    page.goto(address)
    fits(page)
    page.click(".line a[href='/takes/']")
    page.fill("input[name=login]", "ada")
    page.fill("input[name=password]", PASSWORD)
    page.click("article button[type=submit]")
    page.wait_for_url("**/takes/")
    fits(page)
    page.select_option("select[name=emotion]", "joy")
    expect(page.locator("#listing tbody tr")).to_have_count(1)
    assert "emotion=joy" in page.url
    page.click("#listing tbody th a")
    expect(page.locator("svg.wave")).to_be_visible()
    fits(page)
    page.evaluate("document.querySelector('audio').load()")
    page.wait_for_function("document.querySelector('audio').error === null")
    for name in ("agreements", "corpora", "models", "reliance", "statements"):
        page.goto(f"{address}/{name}/")
        fits(page)
        page.click("#listing tbody th a")
        page.wait_for_url(f"**/{name}/*/")
        fits(page)
    expect(page.locator("h1")).to_contain_text("October 2026")
    with page.expect_download() as taken:
        page.click("text=Evidence bundle")
    assert taken.value.suggested_filename == "statement-Ada-2026-10-EUR.zip"
    page.click("text=Log out")
    page.wait_for_url(f"{address}/")
    assert complaints == []
    context.close()


def test_a_recording_plays_and_seeks(browser: Browser, address: str, take: str) -> None:
    context = browser.new_context()
    page = opened(context, [])
    page.goto(f"{address}/login/?next={take}")
    page.fill("input[name=login]", "ada")
    page.fill("input[name=password]", PASSWORD)
    page.click("article button[type=submit]")
    page.wait_for_selector("audio")
    seconds = page.evaluate(
        """async () => {
          const audio = document.querySelector('audio');
          audio.preload = 'auto'; audio.load();
          await new Promise((yes, no) => { audio.oncanplaythrough = yes; audio.onerror = no; });
          audio.currentTime = 0.6;
          await new Promise(yes => audio.onseeked = yes);
          return [audio.duration, audio.currentTime];
        }"""
    )
    assert seconds == pytest.approx([1.2, 0.6], abs=0.05)
    context.close()


def test_a_wrong_password_is_told_kindly(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = opened(context, [])
    page.goto(f"{address}/login/")
    page.fill("input[name=login]", "ada")
    page.fill("input[name=password]", "not this one")
    page.click("article button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    context.close()
