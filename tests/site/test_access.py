"""Every page for everybody: axe finds nothing, a phone holds it, a keyboard reaches it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from opened_pages import Opened, cookies, pages, prove, served
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pypdf import PdfReader
from stage import PASSWORD, recall

import yesand
from yesand.kernel.clock import SetClock

CHROMIUM = Path("/usr/bin/chromium")
#: On a phone a page must hold in any case; all other rules are asked again when there is time.
DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
#: What changes with the theme, and what changes with the width: the rest is asked once.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
NARROW = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"color-contrast": {"enabled": False}, "target-size": {"enabled": True}},
}
#: Elements that stick out to the right of the page and do not scroll within their own box.
STICKS_OUT = """() => [...document.querySelectorAll('main *, header *, footer *')]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1
    && !e.closest('.scroll, .stops, pre, .skip, .hidden, [data-scrolls]'))
  .slice(0, 3).map(e => e.tagName + '.' + e.className)"""
FOCUSED = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  return {
    what: (e.getAttribute('aria-label') || e.innerText || e.name || e.tagName).trim(),
    at: e.getAttribute('href') || e.name || e.tagName,
    shown: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0
      && box.left < innerWidth,
    ringed: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
      || style.boxShadow !== 'none',
  };
}"""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium"),
]


@dataclass
class World:
    """A served house, a browser before it, and what there is to see."""

    address: str
    browser: Browser
    pages: list[Opened]
    sessions: dict[str, list[dict[str, str]]]
    statement: str

    def context(self, who: str = "nobody", **more: Any) -> BrowserContext:
        """Return a browser's window of that person's."""
        made = self.browser.new_context(reduced_motion="reduce", **more)
        made.add_cookies(self.sessions.get(who, []))  # type: ignore[arg-type]
        return made


@pytest.fixture(scope="module")
def world(staged: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One house and one browser for this whole file: nothing here changes what they hold."""
    root = tmp_path_factory.mktemp("access") / "house"
    shutil.copytree(staged, root)
    stage = recall(yesand.open(root, clock=SetClock(datetime(2026, 11, 2, tzinfo=UTC))))
    as_ = {"nobody": Client()}
    for name, user in stage.users.items():
        as_[name] = Client()
        as_[name].force_login(user)
        prove(as_[name])
    found, statement = pages(stage, as_), f"/statements/{stage.statement.digest}/"
    with served(root) as address:
        sessions = cookies(as_, address)
        # Last of all: Playwright runs an event loop here, beside which Django asks no database.
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM,
                args=["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
            )
            yield World(address, browser, found, sessions, statement)
            browser.close()
    stage.house.close()


def violations(page: Page, where: str, options: dict[str, Any] | None = None) -> list[str]:
    """Ask axe; return each thing that it finds in a line."""
    said = Axe().run(page, options=options).response
    # Of what axe cannot tell, one thing is certain: words in the colour of their ground.
    unseen = [
        (fault, [node for node in fault["nodes"] if "1:1" in str(node["any"])])
        for fault in said["incomplete"]
        if fault["id"] == "color-contrast"
    ]
    return [
        f"{where}: {fault['id']} ({fault['help']}): {node['html'][:160]}"
        for fault, nodes in [*((f, f["nodes"]) for f in said["violations"]), *unseen]
        for node in nodes[:3]
    ]


@pytest.mark.slow
def test_axe_finds_nothing_on_any_page_in_any_theme_or_width(world: World) -> None:
    complaints: list[str] = []
    for who in sorted({page.who for page in world.pages}):
        context = world.context(who, viewport=DESKTOP)
        page = context.new_page()
        for opened in (p for p in world.pages if p.who == who):
            page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
            page.emulate_media(color_scheme="light")
            page.goto(world.address + opened.path)
            assert page.url == world.address + opened.path, opened
            complaints += violations(page, f"{opened} light desktop")
            page.emulate_media(color_scheme="dark")
            complaints += violations(page, f"{opened} dark desktop", COLOURS)
            page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            if DEEP:
                complaints += violations(page, f"{opened} phone", NARROW)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > PHONE["width"]:
                complaints.append(f"{opened} phone: {wide} px wide: {page.evaluate(STICKS_OUT)}")
        context.close()
    assert complaints == [], "\n".join(complaints)


def test_what_is_wrong_is_found(world: World) -> None:
    context = world.context(viewport=PHONE, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{world.address}/login/")
    page.evaluate("document.querySelector('article label').outerHTML = '<input name=login>'")
    page.evaluate("document.querySelector('h1').style.color = '#222'")
    page.evaluate("document.querySelector('.who a').style.color = '#14151d'")
    found = violations(page, "login") + violations(page, "login", NARROW)
    assert any("login: label" in line for line in found), found
    dim = [line for line in violations(page, "login", COLOURS) if "color-contrast" in line]
    assert any("<h1" in line for line in dim) and any("/login/" in line for line in dim), dim
    context.close()


def test_every_row_of_the_matrix_that_gives_a_page_is_looked_at(world: World) -> None:
    names = {page.name for page in world.pages}
    assert {"start", "account_login", "me", "take", "statement", "log"} <= names
    assert {page.who for page in world.pages} >= {"nobody", "ada", "producer"}


def walk(page: Page, most: int = 120) -> Iterator[dict[str, Any]]:
    """Press the tabulator until the page is walked through; yield where the focus is."""
    for _ in range(most):
        page.keyboard.press("Tab")
        here: dict[str, Any] = page.evaluate(FOCUSED)
        if here["at"] == "BODY":
            return
        yield here


def reach(page: Page, what: str) -> None:
    """Press the tabulator until something is reached; fail if it is not."""
    met = []
    for here in walk(page):
        met.append(here["what"])
        if here["what"] == what or here["at"] == what:
            return
    raise AssertionError(f"{what!r} is not reached; met {met}")


def test_the_tabulator_first_reaches_the_way_past_the_frame(world: World) -> None:
    context = world.context("ada", viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{world.address}/takes/")
    page.keyboard.press("Tab")
    first = page.evaluate(FOCUSED)
    assert first["at"] == "#main" and first["shown"] and first["ringed"]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", ["/", "/me/", "/takes/", "/agreements/", "statement"])
def test_whatever_has_the_focus_is_seen_to_have_it(world: World, path: str, width: int) -> None:
    context = world.context("ada", viewport={"width": width, "height": 844})
    page = context.new_page()
    page.goto(world.address + (world.statement if path == "statement" else path))
    walked = list(walk(page))
    assert len(walked) > 5
    assert [here for here in walked if not here["shown"] or not here["ringed"]] == []
    context.close()


def test_a_performer_needs_no_mouse(world: World) -> None:
    context = world.context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{world.address}/takes/")
    reach(page, "login")
    page.keyboard.type("ada")
    reach(page, "password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{world.address}/takes/")
    reach(page, "emotion")
    page.keyboard.type("joy")
    expect(page.locator("#listing tbody tr")).to_have_count(1)
    first = page.locator("#listing tbody th a").get_attribute("href")
    assert first
    reach(page, first)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{first}")
    reach(page, "Log out")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{world.address}/")
    context.close()


def printed(page: Page, folder: Path) -> str:
    """Print a page, look at what paper has no use for, and return the sheets' words."""
    page.emulate_media(media="print")
    for part in (".top", ".stops", ".bottom", ".skip", ".actions", "audio"):
        for found in page.locator(part).all():
            expect(found).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    page.pdf(path=folder / "page.pdf", format="A4")
    return " ".join(sheet.extract_text() for sheet in PdfReader(folder / "page.pdf").pages)


def test_a_statement_prints_as_a_document(world: World, tmp_path: Path) -> None:
    context = world.context("ada", viewport=DESKTOP, color_scheme="dark")
    page = context.new_page()
    page.goto(world.address + world.statement)
    text = printed(page, tmp_path)
    assert "2026-10" in text and "52.0" in text and "Log out" not in text
    context.close()


def test_an_agreement_prints_to_its_last_word(world: World, tmp_path: Path) -> None:
    context = world.context("ada", viewport=DESKTOP)
    page = context.new_page()
    path = next(p.path for p in world.pages if (p.name, p.who) == ("agreement", "ada"))
    page.goto(world.address + path)
    words = page.locator("details .prose").text_content()
    assert words
    assert " ".join(words.split()[-8:]) in " ".join(printed(page, tmp_path).split())
    context.close()


@pytest.mark.deep
def test_no_page_moves_while_it_loads(world: World) -> None:
    context = world.context("ada", viewport=PHONE)
    context.add_init_script(
        # A source without a node lies within a control of the browser's own (audio).
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach(e =>"
        " { if (e.sources.some(s => s.node)) window.moved += e.value; }))"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    page = context.new_page()
    moved = {}
    for opened in (p for p in world.pages if p.who == "ada"):
        page.goto(world.address + opened.path, wait_until="load")
        assert page.url == world.address + opened.path
        moved[str(opened)] = page.evaluate("window.moved")
    # Up to .1 is good (web.dev/articles/cls). On a busy machine the parser pauses within an
    # element, and what it has of the element so far is painted: that moves a hundredth of it.
    assert {name: by for name, by in moved.items() if by > 0.01} == {}
    context.close()
