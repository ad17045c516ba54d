"""Heidi in a real browser: by keyboard alone, announced once, and over a restart of the server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from model_server import SENTENCE
from playwright.sync_api import Browser, Page, expect, sync_playwright
from stage import PASSWORD, Stage

CHROMIUM = Path("/usr/bin/chromium")
SERVE = (
    "import sys, yesand; from yesand.site import serve; "
    "serve(yesand.open(sys.argv[1]).place, '127.0.0.1', int(sys.argv[2]))"
)
#: How often something was put into the log: what a screen reader announces.
COUNT = """
window.added = 0;
new MutationObserver(all => all.forEach(m => { window.added += m.addedNodes.length; }))
  .observe(document.querySelector('[data-heidi-log]'), {childList: true, subtree: true});
"""
#: What of the page lies under the dock once one has scrolled to its end.
COVERED = """
(() => {
  const dock = document.querySelector('.heidi-dock > summary').getBoundingClientRect();
  const apart = (b) => b.right <= dock.left || b.left >= dock.right
    || b.bottom <= dock.top || b.top >= dock.bottom;
  return [...document.querySelectorAll('main, footer')]
    .flatMap((part) => [...part.querySelectorAll('a, button, input, select, textarea')])
    .filter((e) => e.getClientRects().length && !apart(e.getBoundingClientRect()))
    .map((e) => e.outerHTML.slice(0, 80));
})()
"""
WIDE = "document.documentElement.scrollWidth <= innerWidth"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium"),
]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Server:
    """The house, served in a second process that can be killed and started again."""

    def __init__(self, root: str, **more: str) -> None:
        self.root, self.port = root, free_port()
        self.environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **more}
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, self.root, str(self.port)],
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        assert self.address in self.process.stdout.readline()

    def kill(self) -> None:
        """End it and its worker at once, as a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def model(tmp_path: Path) -> Iterator[str]:
    """A language model that speaks slowly."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "model_server.py"), str(port), "slow",
         str(tmp_path / "asked.jsonl")],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    yield f"http://127.0.0.1:{port}/v1"
    process.kill()
    process.wait(timeout=10)
    process.stdout.close()


@pytest.fixture
def talking(stage: Stage, model: str) -> Iterator[Server]:
    """The house with a language model."""
    server = Server(str(stage.house.place.root), YESAND_LLM_URL=model)
    yield server
    server.kill()


@pytest.fixture
def server(stage: Stage) -> Iterator[Server]:
    """The house by itself."""
    made = Server(str(stage.house.place.root))
    yield made
    made.kill()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
        )
        yield made
        made.close()


def come_in(page: Page, address: str, path: str) -> None:
    page.goto(f"{address}/login/?next={path}")
    page.fill("input[name=login]", "ada")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"**{path}")


def test_no_word_is_lost_or_doubled_when_the_server_dies_in_the_middle(
    talking: Server, browser: Browser
) -> None:
    page = browser.new_page()
    come_in(page, talking.address, "/heidi/")
    page.evaluate(COUNT)
    page.fill("#heidi-text", "What is my balance?")
    page.press("#heidi-text", "Enter")
    words = page.locator("[data-heidi-words]")
    expect(words).to_contain_text("each figure", timeout=60_000)
    talking.kill()
    bar = page.locator("main [data-live]")
    expect(bar).to_contain_text("Next try in", timeout=20_000)
    expect(bar.get_by_role("button")).to_have_text("Try now")
    talking.start()
    bar.get_by_role("button").click()
    expect(bar).to_contain_text("Rejoined", timeout=60_000)
    answer = page.locator(".heidi-said.heidi").nth(1)
    expect(page.locator("[data-heidi-log] .heidi-said")).to_have_count(3, timeout=60_000)
    assert answer.locator(".heidi-text").inner_text().strip() == SENTENCE
    assert page.evaluate("window.added") == 2, "what was asked, and the answer: each once"
    expect(answer.locator("dd").first).to_contain_text("EUR")
    page.reload()
    assert page.locator(".heidi-text").all_inner_texts().count(SENTENCE) == 1


@pytest.mark.deep
def test_a_session_that_ended_is_said_and_nothing_is_lost(
    stage: Stage, server: Server, browser: Browser
) -> None:
    page = browser.new_page()
    come_in(page, server.address, "/heidi/")
    page.context.clear_cookies()
    page.fill("#heidi-text", "What is my balance?")
    page.press("#heidi-text", "Enter")
    bar = page.locator("main [data-live]")
    expect(bar).to_contain_text("session has ended", timeout=30_000)
    expect(page.locator("#heidi-text")).to_have_value("What is my balance?")
    assert "next=%2Fheidi%2F" in (bar.locator("[data-again]").get_attribute("href") or "")


@pytest.mark.parametrize("width", [1280, pytest.param(390, marks=pytest.mark.deep)])
def test_the_dock_is_used_by_keyboard_alone(server: Server, browser: Browser, width: int) -> None:
    page = browser.new_context(viewport={"width": width, "height": 844}).new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    come_in(page, server.address, "/me/")
    page.locator(".heidi-dock > summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#heidi-dock-text")).to_be_focused(timeout=20_000)
    page.keyboard.type("What is my balance?")
    page.keyboard.press("Enter")
    expect(page.locator(".heidi-dock .heidi-text").last).to_contain_text(
        "You are owed", timeout=90_000
    )
    assert page.evaluate(WIDE)
    page.keyboard.press("Escape")
    expect(page.locator(".heidi-dock > summary")).to_be_focused()
    assert faults == []


@pytest.mark.parametrize("theme", [pytest.param("light", marks=pytest.mark.deep), "dark"])
@pytest.mark.parametrize("width", [pytest.param(1280, marks=pytest.mark.deep), 390])
def test_the_open_dock_is_clean_kept_and_left_by_its_link(
    server: Server, browser: Browser, width: int, theme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=theme, reduced_motion="reduce"
    )
    page = context.new_page()
    come_in(page, server.address, "/me/")
    page.locator(".heidi-dock > summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#heidi-dock-text")).to_be_focused(timeout=20_000)
    page.evaluate(COUNT)
    page.keyboard.type("Where do penguins live?")
    page.keyboard.press("Enter")
    said = page.locator(".heidi-dock [role=log] .heidi-said.heidi")
    expect(said.last).to_contain_text("I do not know that", timeout=90_000)
    assert page.evaluate("window.added") == 2, "what was asked, and the answer: each once"
    page.keyboard.type("What is my balance?")
    page.keyboard.press("Enter")
    expect(said.last).to_contain_text("You are owed", timeout=90_000)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.reload()
    page.locator(".heidi-dock > summary").click()
    expect(said.last).to_contain_text("You are owed", timeout=20_000)
    said.last.locator(".heidi-links a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/payouts/**")
    context.close()


def test_on_a_phone_the_dock_covers_no_button_of_the_page(server: Server, browser: Browser) -> None:
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    come_in(page, server.address, "/me/")
    for path in ("/me/", "/withdraw/", "/meetings/book/", "/heidi/letters/", "/takes/"):
        page.goto(server.address + path)
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        assert page.evaluate(COVERED) == [], path


def test_all_of_it_works_without_a_script(server: Server, browser: Browser) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    come_in(page, server.address, "/me/")
    page.locator(".heidi-dock > summary").click()
    page.get_by_role("button", name="Balance").click(timeout=90_000)
    page.wait_for_url("**/heidi/", timeout=90_000)
    expect(page.get_by_role("log")).to_contain_text("You are owed")
    page.fill("#heidi-text", "x" * 3000)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("[data-heidi-fault]")).to_contain_text("3,000 characters")
    expect(page.locator("#heidi-text")).to_have_value("x" * 3000)


@pytest.mark.deep
def test_a_visitor_asks_by_keyboard_and_what_was_said_goes_with_the_page(
    server: Server, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{server.address}/")
    page.locator(".heidi-dock > summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#heidi-dock-text")).to_be_focused(timeout=20_000)
    page.keyboard.type("What is my balance?")
    page.keyboard.press("Enter")
    said = page.locator(".heidi-dock [role=log] .heidi-said.heidi")
    expect(said.last).to_contain_text("Log in, and I tell you", timeout=90_000)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.goto(f"{server.address}/ask/")
    expect(page.get_by_role("log")).not_to_contain_text("Log in, and I tell you")
    server.kill()
    page.fill("#heidi-text", "What is a manifest?")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("[data-live]")).to_contain_text("does not answer", timeout=20_000)
    server.start()
    expect(page.get_by_role("log")).to_contain_text("The signed statement", timeout=90_000)
    come_in(page, server.address, "/heidi/")
    expect(page.get_by_role("log")).not_to_contain_text("The signed statement")
    context.close()
