"""A real browser: a performer says when they can be met, books, moves and cancels by keyboard."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from stage import PASSWORD, Stage

from yesand.meetings.calendars.services import Wishes, set_hours
from yesand.meetings.hours import DAY, Weekly

CHROMIUM = Path("/usr/bin/chromium")
SERVE = (
    "import sys, yesand; from yesand.site import serve; "
    "serve(yesand.open(sys.argv[1]).place, '127.0.0.1', int(sys.argv[2]), worker=False)"
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium"),
]


@pytest.fixture
def address(stage: Stage) -> Iterator[str]:
    """The house on the second of November, with a producer who can be met at any time."""
    daily = [Weekly(day, 0, DAY) for day in range(7)]
    set_hours(stage.users["producer"], "Europe/Berlin", daily, [], Wishes(notice=0), {})
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(stage.house.place.root), str(port)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "YESAND_NOW": "2026-11-02T08:00:00Z",
        },
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
def browser(address: str) -> Iterator[Browser]:
    # Last of all: Playwright runs an event loop here, beside which Django asks no database.
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
        )
        yield made
        made.close()


def clean(page: Page) -> None:
    """No fault of accessibility, nothing refused by the policy, nothing wider than the screen."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def reach(page: Page, text: str) -> None:
    """Go by the tab key until what has the focus says that."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if str(page.evaluate("document.activeElement.innerText || ''")).startswith(text):
            return
    raise AssertionError(f"no way by keyboard to {text!r} on {page.url}")


def says_when(page: Page, address: str) -> None:
    page.goto(f"{address}/login/?next=/meetings/hours/")
    page.fill("input[name=login]", "ada")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/meetings/hours/")
    clean(page)
    page.select_option("select[name=zone]", "Europe/London")
    for day in range(5):
        page.fill(f"input[name=w{day}0_from]", "09:00")
        page.fill(f"input[name=w{day}0_until]", "18:00")
    page.click("text=Keep my hours")
    expect(page.locator("[role=status]")).to_have_text("Your hours are kept.")


def books(page: Page, address: str) -> None:
    page.goto(f"{address}/meetings/")
    clean(page)
    reach(page, "Book a meeting")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/meetings/book/")
    clean(page)
    page.check("input[name=kind][value=performance]")
    page.check("input[name=who]")
    page.focus("text=Find a time")
    page.keyboard.press("Enter")
    expect(page.locator(".under")).to_contain_text("This performance is under")
    page.click(".days a:has-text('4')")
    clean(page)
    reach(page, "10:00")
    page.keyboard.press("Enter")
    expect(page.locator(".ticket .big")).to_have_text("Wed 4 Nov 2026, 10:00")
    expect(page.locator(".ticket")).to_contain_text("11:00 for producer")
    clean(page)
    page.fill("input[name=title]", "The late train")
    page.click("text=Book it")
    expect(page.locator("h1")).to_have_text("The late train")
    expect(page.locator("main")).to_contain_text("Wed 4 Nov 2026, 10:00 – 11:00")
    clean(page)
    with page.expect_download() as taken:
        page.click("text=For my calendar")
    assert "BEGIN:VCALENDAR" in taken.value.path().read_text()


def moves(page: Page, address: str) -> None:
    reach(page, "Move")
    page.keyboard.press("Enter")
    page.click(".days a:has-text('5')")
    page.click(".slots a:text-matches('^14:00')")
    clean(page)
    page.fill("input[name=reason]", "The train is late.")
    page.click("text=Move it")
    expect(page.locator("main")).to_contain_text("Thu 5 Nov 2026, 14:00 – 15:00")
    expect(page.locator(".history")).to_contain_text("The train is late.")


def cancels(page: Page, address: str) -> None:
    page.goto(f"{address}/meetings/calendar/")
    assert page.viewport_size is not None
    shown = ".leaf" if page.viewport_size["width"] > 700 else ".agenda"
    expect(page.locator(f"{shown} a:has-text('The late train')")).to_be_visible()
    clean(page)
    page.click(f"{shown} a:has-text('The late train')")
    page.click("text=Cancel the meeting")
    clean(page)
    page.fill("textarea[name=reason]", "Lost my voice.")
    page.click("main button[type=submit]")
    expect(page.locator("main .badge.warn").first).to_have_text("cancelled")

    page.goto(f"{address}/meetings/feed/")
    page.click("text=Make an address")
    feed = page.input_value("#address")
    clean(page)
    assert "STATUS:CANCELLED" in page.request.get(feed).text()


@pytest.mark.parametrize(
    ("width", "theme"), [pytest.param(1280, "light", marks=pytest.mark.deep), (390, "dark")]
)
def test_a_performer_books_moves_and_cancels(
    browser: Browser, address: str, width: int, theme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme=theme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: m.type in {"error", "warning"} and complaints.append(m.text))
    for step in (says_when, books, moves, cancels):
        step(page, address)
    assert complaints == []
    context.close()
