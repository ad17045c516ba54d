"""A real browser: an article is written, approved, read, followed to its sources and shared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from opened_pages import cookies, served
from playwright.sync_api import Browser, Page, expect, sync_playwright
from stage import Stage

from yesand.kernel.clock import Period
from yesand.newsroom.opening.services import open_newsroom

CHROMIUM = Path("/usr/bin/chromium")
STORY = "/newsroom/who-taught-it-to-sound-sorry/"
LISTEN = """
window.refused = [];
document.addEventListener('securitypolicyviolation', e => window.refused.push(
  e.violatedDirective + ' ' + e.blockedURI));
"""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium"),
]


@dataclass
class World:
    """A served house with its newsroom open, and a browser before it."""

    address: str
    browser: Browser
    cookies: dict[str, list[Any]]
    complaints: list[str]

    def page(self, who: str = "nobody") -> Page:
        context = self.browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        context.set_default_timeout(60_000)
        context.add_init_script(LISTEN)
        context.add_cookies(self.cookies.get(who, []))
        page = context.new_page()
        page.on(
            "console", lambda m: m.type in {"error", "warning"} and self.complaints.append(m.text)
        )
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        return page


@pytest.fixture
def world(stage: Stage, as_: dict[str, Client]) -> Iterator[World]:
    open_newsroom(stage.house.place, Period(2026, 10))
    with served(stage.house.place.root) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
        )
        yield World(address, browser, cookies(as_, address), [])
        browser.close()


@pytest.mark.deep
def test_an_article_is_read_followed_to_its_sources_and_shared(world: World) -> None:
    page = world.page()
    page.goto(world.address + STORY)
    told = page.locator("script[type='application/ld+json']").text_content()
    assert json.loads(told or "")["digitalSourceType"].endswith("trainedAlgorithmicMedia")
    page.locator("a.cite").first.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#source-1")
    expect(page.locator("#source-1")).to_be_in_viewport()
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("status")).to_have_text("The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == world.address + STORY
    page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }"
    )
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_label("Copy this link:")).to_have_value(world.address + STORY)
    page.evaluate("() => { navigator.share = async told => { window.shared = told; }; }")
    page.get_by_role("button", name="Share").click()
    assert page.evaluate("window.shared.url") == world.address + STORY
    assert page.evaluate("window.refused") == [] and world.complaints == []


@pytest.mark.deep
def test_a_figure_of_the_report_is_followed_to_its_query(world: World) -> None:
    page = world.page()
    page.goto(f"{world.address}/newsroom/")
    page.get_by_role("link", name="Transparency report for October 2026").click()
    page.locator("#figures").get_by_role("link", name="Takes by state").click()
    expect(page.locator("pre")).to_contain_text("takes_take")
    expect(page.get_by_text("the registry gives the same")).to_be_visible()
    assert page.evaluate("window.refused") == [] and world.complaints == []


def test_a_producer_writes_approves_and_publishes(world: World) -> None:
    page = world.page("producer")
    page.goto(f"{world.address}/newsroom/editorial/")
    page.get_by_role("button", name="Begin an article").click()
    page.get_by_label("Title", exact=True).fill("On a voice")
    page.get_by_role("button", name="Open an empty page").click()
    page.get_by_role("link", name="Change the draft").click()
    page.locator("#body").fill("A claim that names nothing.")
    page.get_by_role("button", name="Save and look at it").click()
    expect(page.get_by_role("button", name="Approve as producer")).to_be_disabled()
    page.get_by_role("link", name="Change the draft").click()
    page.locator("#body").fill("A claim. [1]")
    page.locator("#sources").fill("A paper | A press | https://paper.example/ | 2026")
    page.get_by_role("button", name="Save and look at it").click()
    page.get_by_role("button", name="Approve as producer").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="On a voice")).to_be_visible()
    reader = world.page()
    reader.goto(f"{world.address}/newsroom/on-a-voice/")
    expect(reader.locator(".about")).to_contain_text("producer")
    assert world.complaints == []
