"""A rater in a real browser: listens, draws by hand and by keyboard, judges, and corrects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from opened_pages import cookies, served
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from stage import Stage

from yesand.affect.models import Rating, Skip

CHROMIUM = Path("/usr/bin/chromium")
#: What the content security policy refuses, and what goes wrong in a script.
LISTEN = """
window.refused = [];
document.addEventListener('securitypolicyviolation', e => window.refused.push(e.blockedURI));
window.addEventListener('error', e => window.refused.push(e.message));
"""
expect.set_options(timeout=20_000)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium"),
]


@pytest.fixture
def context(
    stage: Stage, as_: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[BrowserContext, str]]:
    """A window on a phone, signed in as the rater, and the house's address."""
    # The browser's driver runs a loop in this thread; the database is asked between its turns.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with served(stage.house.place.root) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        made = browser.new_context(viewport={"width": 390, "height": 844})
        made.add_init_script(LISTEN)
        made.add_cookies(cookies(as_, address)["rater"])  # type: ignore[arg-type]
        yield made, address
        browser.close()


def test_a_rater_judges_a_take_by_hand_and_by_keyboard(
    stage: Stage, context: tuple[BrowserContext, str]
) -> None:
    window, address = context
    page = window.new_page()
    page.goto(f"{address}/rate/")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/rate/*-*/")
    page.wait_for_function("document.querySelector('audio').duration > 1")
    drawn_by_hand(page)
    drawn_by_keyboard(page)
    judged(page)
    page.get_by_role("button", name="Save and next").click()
    page.wait_for_function("location.pathname !== window.before")
    (first,) = Rating.objects.all()
    assert first.emotions == {"anger": 60} and first.spent_ms
    assert first.axes == {"valence": 2000, "arousal": 9000, "dominance": 1000}
    assert len(first.trace["valence"]) > 5 and len(first.trace["arousal"]) == 2
    times = [t for t, _ in first.trace["valence"]]
    values = [v for _, v in first.trace["valence"]]
    assert times == sorted(times) and values[-1] > values[0] + 3000
    left(page)
    corrected(page)


def drawn_by_hand(page: Page) -> None:
    """Drag a rising line across the waveform."""
    page.locator("[data-pad]").scroll_into_view_if_needed()
    box = page.locator("[data-pad]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 20)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(box["x"] + 20 + 20 * step, box["y"] + box["height"] - 20 - 8 * step)
    page.mouse.up()
    page.mouse.move(box["x"] + 300, box["y"] + 5)  # let go: nothing more is drawn
    points = json.loads(page.locator("[name=trace]").input_value())["valence"]
    assert 5 < len(points) <= 11


def drawn_by_keyboard(page: Page) -> None:
    """Set two points of another line without a pointer."""
    page.get_by_label("Excited?").first.focus()
    page.keyboard.press("Space")
    pad = page.locator("[data-pad]")
    pad.focus()
    for key in ("ArrowUp", "ArrowRight", "ArrowDown"):
        pad.press(key)
    expect(pad).to_have_attribute("aria-valuetext", "5 of 9 at 0.3 s")
    lines = json.loads(page.locator("[name=trace]").input_value())
    assert lines["arousal"] == [[0, 5500], [250, 5000]]


def judged(page: Page) -> None:
    """Choose an emotion, its intensity and the three axes, by keyboard alone."""
    page.get_by_label("anger", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")  # 50 becomes 60
    for axis, key, times in (("valence", "ArrowRight", 2), ("arousal", "End", 1),
                             ("dominance", "ArrowRight", 1)):  # fmt: skip
        slider = page.locator(f"#axis-{axis}")
        expect(slider).to_have_attribute("aria-valuetext", "not set yet")
        for _ in range(times):
            slider.press(key)
    expect(page.locator("#axis-arousal")).to_have_attribute("aria-valuetext", "9 of 9")
    assert page.evaluate("window.refused") == []
    page.evaluate("window.before = location.pathname")


def left(page: Page) -> None:
    """Leave the next take, with a reason."""
    page.get_by_text("I cannot tell, or the take is broken").click()
    page.get_by_label("I cannot tell what is felt").check()
    before = page.url
    page.get_by_role("button", name="Leave it and go on").click()
    page.wait_for_url(lambda url: url != before)
    assert Skip.objects.get().reason == "cannot-tell"


def corrected(page: Page) -> None:
    """Go back to what was said first, and say otherwise."""
    page.get_by_role("link", name="Rate takes").first.click()
    page.get_by_role("link", name="Correct it").click()
    expect(page.get_by_label("anger", exact=True)).to_be_checked()
    page.locator("#axis-valence").press("End")
    page.get_by_role("button", name="Save and stop").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    last = Rating.objects.get(follows__isnull=False)
    assert last.axes["valence"] == 9000 and len(last.trace["arousal"]) == 2
