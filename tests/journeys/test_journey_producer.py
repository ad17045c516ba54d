"""A producer founds, invites, casts, judges, publishes and answers; and loses no form."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from stage import recordings
from story import World, invite, join, log_in, seated

from yesand.agreements.templates import standard
from yesand.people.models import Performer
from yesand.takes.models import Take
from yesand.takes.services import import_corpus

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.slow,
]


@pytest.fixture
def troupe(world: World, tmp_path: Path) -> World:
    """Ada is here with her recordings, of which one is silent."""
    folder = recordings(tmp_path / "r", ("Ada",), synthetic=False)
    import_corpus(world.house.place, folder, agreement=standard("recognition", date(2026, 10, 1)))
    seated("ada", "performer", performer=Performer.objects.get(handle="Ada"))
    return world


def test_a_producer_founds_invites_casts_judges_publishes_and_answers(
    troupe: World, begin: Callable[[], None]
) -> None:
    world = troupe
    begin()
    page, ada = world.page("pam"), world.page("ada")
    founds(page, world)
    casts(page, world)
    sets_hours(page, world)
    judges(page, world)
    publishes(page, world)
    ada.goto(f"{world.address}/heidi/letters/")
    ada.fill("textarea[name=question]", "May I bring my own tea?")
    ada.get_by_role("button", name="Send", exact=True).click()
    answers(page, world)
    ada.goto(f"{world.address}/heidi/letters/")
    expect(ada.locator("main")).to_contain_text("Yes, and biscuits.")


def founds(page: Page, world: World) -> None:
    page.goto(f"{world.address}/people/")
    page.get_by_text("Found an organisation").click()
    page.fill("input[name=name]", "North Lab")
    page.fill("input[name=slug]", "north-lab")
    page.get_by_role("button", name="Found it").click()
    expect(page.locator("main")).to_contain_text("north-lab")
    link = invite(page, world.address, "licensee", organisation="North Lab")
    guest = world.page()
    join(guest, link, "nora")
    expect(guest.locator(".eyebrow").first).to_contain_text("North Lab")


def casts(page: Page, world: World) -> None:
    page.goto(f"{world.address}/scenes/new/")
    page.fill("input[name=title]", "The lost ring")
    page.fill("textarea[name=circumstances]", "A beach, the tide coming in.")
    page.fill("input[name=emotion]", "Joy")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("h1")).to_contain_text("The lost ring")
    page.goto(f"{world.address}/projects/new/")
    page.fill("input[name=title]", "Autumn")
    page.get_by_label("The lost ring").fill("1")
    page.get_by_label("Ada").check()
    page.select_option("select[name=template]", "standard/recognition")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("h1")).to_have_text("Autumn")
    expect(page.locator("main table")).to_contain_text("signed")


def fills_hours(page: Page) -> None:
    page.select_option("select[name=zone]", "Europe/Berlin")
    for day in range(5):
        page.fill(f"input[name=w{day}0_from]", "10:00")
        page.fill(f"input[name=w{day}0_until]", "16:00")


def sets_hours(page: Page, world: World) -> None:
    page.goto(f"{world.address}/meetings/hours/")
    fills_hours(page)
    page.click("text=Keep my hours")
    expect(page.get_by_role("status").first).to_have_text("Your hours are kept.")


def judges(page: Page, world: World) -> None:
    page.goto(f"{world.address}/me/")
    page.get_by_role("link", name="waits for a verdict").click()
    judged = page.locator("article.judge").first
    judged.locator("input[name=reason]").fill("The silence is the scene.")
    judged.get_by_role("button", name="Accept").click()
    expect(page.locator("main")).to_contain_text("Nothing waits.")
    states = world.asked(lambda: list(Take.objects.values_list("state", flat=True)))
    assert set(states) == {"accepted"}


def publishes(page: Page, world: World) -> None:
    page.goto(f"{world.address}/newsroom/editorial/")
    page.get_by_role("button", name="Begin an article").click()
    page.get_by_label("Title", exact=True).fill("On a voice")
    page.get_by_role("button", name="Open an empty page").click()
    page.get_by_role("link", name="Change the draft").click()
    page.locator("#body").fill("A claim. [1]")
    page.locator("#sources").fill("A paper | A press | https://paper.example/ | 2026")
    page.get_by_role("button", name="Save and look at it").click()
    page.get_by_role("button", name="Approve as pam").click()
    page.get_by_role("button", name="Publish").click()
    reader = world.page()
    reader.goto(f"{world.address}/newsroom/")
    reader.get_by_role("link", name="On a voice").first.click()
    expect(reader.locator(".about")).to_contain_text("pam")


def answers(page: Page, world: World) -> None:
    page.goto(f"{world.address}/heidi/letters/")
    page.locator("#listing").get_by_role("link", name="ada").click()
    page.fill("textarea[name=answer]", "Yes, and biscuits.")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.locator("#listing")).to_contain_text("May I bring my own tea?")
    expect(page.locator("#listing .badge.warn")).to_have_count(0)


def test_a_form_outlives_the_server_and_the_session(
    world: World, begin: Callable[[], None]
) -> None:
    begin()
    page = world.page("pam", "/meetings/hours/")
    fills_hours(page)
    world.kill()
    page.click("text=Keep my hours")
    expect(page.locator("body")).to_contain_text(re.compile("ERR_(CONNECTION|EMPTY)_"))
    world.start()
    page.reload()  # the browser sends the form that it still holds
    expect(page.get_by_role("status").first).to_have_text("Your hours are kept.")
    expect(page.locator("input[name=w40_until]")).to_have_value("16:00")
    page.fill("input[name=w40_until]", "15:00")
    world.later(datetime(2026, 11, 20, 9, tzinfo=UTC))  # meanwhile the session has ended
    page.click("text=Keep my hours")
    page.wait_for_url("**/login/**")
    log_in(page, "pam")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/meetings/hours/")
    expect(page.get_by_role("status").first).to_have_text("Your hours are kept.")
    expect(page.locator("input[name=w40_until]")).to_have_value("15:00")
