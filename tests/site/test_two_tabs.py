"""One person, two tabs, one click in each at the same moment: one act, and two kind answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from killable import Server
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from stage import PASSWORD, Stage
from test_recorder import asked

from yesand.agreements.models import Agreement, Withdrawal
from yesand.agreements.offering.services import offer
from yesand.meetings.calendars.services import Wishes, set_hours
from yesand.meetings.hours import DAY, Weekly
from yesand.meetings.models import Change, Meeting
from yesand.oversight.models import Obligation
from yesand.provenance.kinds import Kind
from yesand.provenance.models import Entry

CHROMIUM = Path("/usr/bin/chromium")
#: Send a tab's form at a moment that both tabs have agreed on.
SEND = """([chosen, at]) => {
  const button = document.querySelector(chosen);
  setTimeout(() => button.form.requestSubmit(button), at - Date.now());
}"""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium"),
]


@pytest.fixture
def offered(stage: Stage) -> str:
    """An agreement that waits for Ada's signature; and everybody can be met at any time."""
    daily = [Weekly(day, 0, DAY) for day in range(7)]
    for name in ("ada", "producer"):
        set_hours(stage.users[name], "Europe/Berlin", daily, [], Wishes(notice=0), {})
    made = offer(stage.house.place, stage.ada, "standard/research", stage.users["producer"])
    return f"/offers/{made.pk}/"


@pytest.fixture
def served(stage: Stage, offered: str) -> Iterator[str]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        server = Server(stage.house.place.root, found.getsockname()[1])
    server.start()
    connection.close()
    yield server.address
    server.kill()


@pytest.fixture
def ada(served: str) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        context = browser.new_context(base_url=served)
        page = context.new_page()
        page.goto("/login/")
        page.fill("input[name=login]", "ada")
        page.fill("input[name=password]", PASSWORD)
        page.click("article button[type=submit]")
        page.wait_for_url("**/me/")
        yield context
        browser.close()


def two(context: BrowserContext, path: str) -> list[Page]:
    tabs = [context.new_page(), context.new_page()]
    for tab in tabs:
        tab.goto(path)
    return tabs


def together(tabs: list[Page], button: str) -> list[tuple[int, str]]:
    """Press a button in both tabs at once; return how each was answered, and what it reads now."""
    one, two = tabs
    at = one.evaluate("Date.now() + 700")
    with one.expect_navigation() as first, two.expect_navigation() as second:
        for tab in tabs:
            tab.evaluate(SEND, [button, at])
    return [
        (answer.status, tab.inner_text("main"))
        for tab, answer in ((one, first.value), (two, second.value))
    ]


def logged(kind: Kind) -> int:
    return Entry.objects.filter(kind=kind).count()


@pytest.mark.deep
def test_both_sign_the_same_offer(ada: BrowserContext, offered: str) -> None:
    before = asked(lambda: (Agreement.objects.count(), logged(Kind.AGREEMENT_SIGNED)))
    tabs = two(ada, offered)
    for tab in tabs:
        tab.check("input[name=read]")
    answers = together(tabs, "form.confirm button[type=submit]")
    after = asked(lambda: (Agreement.objects.count(), logged(Kind.AGREEMENT_SIGNED)))
    assert after == (before[0] + 1, before[1] + 1)
    assert [status for status, _ in answers] == [200, 200]
    assert tabs[0].url == tabs[1].url and "/agreements/" in tabs[0].url
    for _, told in answers:
        assert "I have read it" not in told


def test_both_withdraw(ada: BrowserContext) -> None:
    tabs = two(ada, "/withdraw/")
    answers = together(tabs, "form.confirm button[type=submit]")
    made = asked(lambda: list(Withdrawal.objects.values_list("digest", flat=True)))
    assert len(made) == asked(lambda: logged(Kind.AGREEMENT_WITHDRAWN)) == 1
    duties = asked(lambda: list(Obligation.objects.values_list("duty", "bearer", "subject")))
    assert len(duties) == len(set(duties)) > 0
    for tab, (status, told) in zip(tabs, answers, strict=True):
        assert status == 200 or (status == 409 and "Look again" in told)
        tab.goto(f"/withdrawals/{made[0]}/")
        expect(tab.locator("main")).to_contain_text("Who must do what")


def test_both_book_the_same_time(ada: BrowserContext, stage: Stage) -> None:
    producer = stage.users["producer"].pk
    at = (datetime.now(UTC) + timedelta(days=3)).replace(hour=10, minute=0, second=0)
    chosen = f"kind=talk&who={producer}&length=30&at={at:%Y-%m-%dT%H:%M:%SZ}"
    tabs = two(ada, f"/meetings/book/?{chosen}")
    answers = together(tabs, ".ticket button[type=submit]")
    assert asked(Meeting.objects.count) == asked(Change.objects.count) == 1
    assert asked(lambda: logged(Kind.MEETING_BOOKED)) == 1
    assert [status for status, _ in answers] == [200, 200], answers
    assert tabs[0].url == tabs[1].url
