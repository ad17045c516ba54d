"""A performer joins, signs, books, records, is paid and withdraws."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from stage import deliver, in_service, recordings, reported, trained
from story import World, go_on, invite, join, log_in

from yesand.agreements.clause import Request
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.corpus.services import gate
from yesand.kernel.clock import Period
from yesand.meetings.calendars.services import Wishes, set_hours
from yesand.meetings.hours import DAY, Weekly
from yesand.people.models import Performer, User
from yesand.royalties.metering.services import meter
from yesand.royalties.settling.services import settle
from yesand.takes.models import Scene
from yesand.takes.projects.services import Words, keep_project
from yesand.takes.services import import_corpus

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.slow,
]
REHEARSAL = datetime(2026, 10, 2, 8, 5, tzinfo=UTC)
A_MONTH_ON = datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_a_performer_joins_signs_records_is_paid_and_withdraws(
    world: World, begin: Callable[[], None], tmp_path: Path
) -> None:
    daily = [Weekly(day, 0, DAY) for day in range(7)]
    set_hours(User.objects.get(), "Europe/Berlin", daily, [], Wishes(notice=0), {})
    begin()
    producer = world.page("pam")
    link = invite(producer, world.address, "performer", handle="Ada", credit_name="Ada Actor")
    ada = world.page()
    join(ada, link, "ada")
    expect(ada.locator("h1")).to_have_text("Hello, Ada Actor")
    world.asked(lambda: casts(world))

    is_asked_to_sign(producer, world)
    signs(ada, world)
    books(ada, world)
    world.later(REHEARSAL)
    records(ada, world)

    world.asked(lambda: trains(world, tmp_path))
    world.later(A_MONTH_ON)
    world.asked(lambda: pays(world, tmp_path))
    sees_what_became_of_it(ada, world)
    asks_heidi(ada, world)
    withdraws(ada, world)
    assert world.asked(lambda: in_the_next_corpus(world)) == {"Ben", "Cleo"}
    assert world.asked(world.house.check)


def casts(world: World) -> None:
    """The producer has a project, and invites her to it."""
    scene = Scene.objects.create(
        slug="the-letter",
        title="The letter",
        circumstances="A kitchen at night. The letter lies between the cups.",
        relationship="Two sisters who have not spoken for a year",
        beats=["She sees the letter", "She reads it aloud"],
        emotion="sadness",
    )
    words = Words("Letters", "Scenes in which somebody reads.", "standard/recognition")
    pam, ada = User.objects.get(username="pam"), Performer.objects.get(handle="Ada")
    keep_project(world.house.place, pam, words, {scene: 1}, [ada])


def is_asked_to_sign(page: Page, world: World) -> None:
    page.goto(f"{world.address}/projects/")
    page.locator("#listing").get_by_role("link", name="Letters").click()
    page.get_by_role("link", name="Offer it").click()
    expect(page.locator("select[name=performer]")).to_have_value("Ada")
    page.get_by_role("button", name="Offer it").click()
    expect(page.get_by_role("status").first).to_have_text("Offered. It waits for a signature now.")


def signs(page: Page, world: World) -> None:
    page.reload()
    page.get_by_role("link", name="An agreement waits for your signature").click()
    expect(page.locator(".summary")).to_contain_text("The performer may withdraw at any time")
    page.get_by_text("Read the full text").click()
    expect(page.get_by_text("No term here can allow what a law forbids.")).to_be_visible()
    page.check("input[name=read]")
    page.get_by_role("button", name="Sign it").click()
    expect(page.get_by_role("status").first).to_have_text("Signed by both sides, and in the log.")
    page.goto(f"{world.address}/scenes/")
    assert "Sign it first" not in page.content()


def books(page: Page, world: World) -> None:
    page.goto(f"{world.address}/meetings/hours/")
    page.select_option("select[name=zone]", "Europe/Berlin")
    for day in range(5):
        page.fill(f"input[name=w{day}0_from]", "09:00")
        page.fill(f"input[name=w{day}0_until]", "18:00")
    page.click("text=Keep my hours")
    page.goto(f"{world.address}/meetings/book/")
    page.check("input[name=kind][value=performance]")
    page.check("input[name=who]")
    page.click("text=Find a time")
    page.click(".days a[href*='day=2026-10-02']")
    page.click(".slots a:text-matches('^10:00')")
    expect(page.locator("main")).to_contain_text("This performance is under")
    page.fill("input[name=title]", "The letter, first try")
    page.click("text=Book it")
    expect(page.locator("main")).to_contain_text("Fri 2 Oct 2026, 10:00 – 11:00")


def records(page: Page, world: World) -> None:
    page.goto(f"{world.address}/scenes/")
    if "/login/" in page.url:
        log_in(page, "ada")
    page.get_by_role("button", name="Record The letter").click()
    expect(page.get_by_text("Recorded together, in “The letter, first try”")).to_be_visible()
    page.click("[data-record]")
    expect(page.locator("[data-stop]")).to_be_visible()
    page.wait_for_timeout(3_000)
    page.click("[data-stop]")
    expect(page.locator("[data-audio]")).to_be_visible()
    page.click("[data-send]")
    expect(page.locator("[data-outbox] li.saved")).to_have_count(1, timeout=60_000)
    assert page.evaluate("window.refused") == []
    page.click("[data-outbox] li a")
    expect(page.locator("svg.wave")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("accepted")


def asked(world: World) -> Request:
    at, purpose = world.clock.now(), Purpose.EMOTION_RECOGNITION
    return Request("house-lab", purpose, UseClass.RECOGNITION, at=at, territory="DE")


def trains(world: World, folder: Path) -> None:
    """A lab trains on her and two others, and puts the model in service."""
    place, others = world.house.place, recordings(folder / "others", ("Ben", "Cleo"), first=1)
    import_corpus(place, others, agreement=standard("recognition", world.clock.now().date()))
    gate(place, asked(world))
    reported(place, in_service(place, trained(place)))


def pays(world: World, folder: Path) -> None:
    """The model was used; the month is settled."""
    meter(world.house.place, deliver(folder / "usage.jsonl"))
    settle(world.house.place, Period(2026, 10))


def sees_what_became_of_it(page: Page, world: World) -> None:
    page.goto(f"{world.address}/me/")
    log_in(page, "ada")
    page.wait_for_url("**/me/")
    trained_on = page.locator("section.panel", has_text="late-train-1").first
    expect(trained_on).to_contain_text("52")
    page.goto(f"{world.address}/balance/")
    expect(page.locator("main")).to_contain_text("EUR")
    page.goto(f"{world.address}/statements/")
    page.locator("#listing table a").first.click()
    expect(page.locator("main")).to_contain_text("night-line")


def asks_heidi(page: Page, world: World) -> None:
    page.goto(f"{world.address}/heidi/")
    page.get_by_role("button", name="Balance").first.click()
    expect(page.get_by_role("log")).to_contain_text("You are owed", timeout=60_000)


def withdraws(page: Page, world: World) -> None:
    world.later(A_MONTH_ON.replace(hour=10))
    page.goto(f"{world.address}/withdraw/")
    expect(page.locator("#foreseen")).to_contain_text("Who must do what, by when")
    page.fill("textarea[name=reason]", "I have changed my mind.")
    page.get_by_role("button", name="Withdraw", exact=True).click()
    go_on(page)
    expect(page.get_by_role("status").first).to_contain_text("It is signed with your key")
    expect(page.locator("main")).to_contain_text("retrain or retire")


def in_the_next_corpus(world: World) -> set[str]:
    return {take.performer for take in gate(world.house.place, asked(world)).manifest.takes}
