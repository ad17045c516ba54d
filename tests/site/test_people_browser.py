"""In a real browser: joining with a passkey, codes from an app, an agent for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from opened_pages import cookies, served
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from stage import PASSWORD, Stage

from yesand.kernel.clock import instant, stamp

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium"),
]
#: A key in the machine that knows its owner, as a phone or laptop has one.
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def address(stage: Stage) -> Iterator[str]:
    with served(stage.house.place.root) as address:
        # A passkey belongs to a name, and an address of digits is none.
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture
def sessions(as_: dict[str, Client], address: str) -> dict[str, list[dict[str, str]]]:
    return cookies(as_, address)


@pytest.fixture
def browser(sessions: object) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
        )
        yield made
        made.close()


def page_of(context: BrowserContext, *, key: bool = False) -> Page:
    page = context.new_page()
    if key:
        tools = context.new_cdp_session(page)
        tools.send("WebAuthn.enable", {"enableUI": False})
        tools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return page


def log_in(page: Page, address: str, name: str, password: str = PASSWORD) -> None:
    page.goto(f"{address}/login/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", password)
    page.click("article button[type=submit]")


def aside(work: Callable[[], None]) -> None:
    """Ask the registry from a thread of its own: Playwright's loop runs in this one."""

    def run() -> None:
        work()
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def eleven_minutes_later() -> None:
    """Make every proof of who it is older than it may be."""
    for row in Session.objects.all():
        told = row.get_decoded()
        if "proven_at" in told:
            told["proven_at"] = stamp(instant(told["proven_at"]) - timedelta(minutes=11))
            row.session_data = Session.get_session_store_class()().encode(told)
            row.save()


def test_a_performer_joins_with_a_passkey_and_comes_back_by_it(
    browser: Browser, address: str, sessions: dict[str, list[dict[str, str]]]
) -> None:
    producers = browser.new_context()
    producers.add_cookies(sessions["producer"])  # type: ignore[arg-type]
    page = page_of(producers)
    page.goto(f"{address}/invitations/")
    page.click("summary")
    page.select_option("select[name=role]", "performer")
    page.fill("input[name=handle]", "Nora")
    page.fill("input[name=credit_name]", "Nora Voss")
    page.click("details button[type=submit]")
    link = page.inner_text("#secret")
    producers.close()

    noras = browser.new_context()
    page = page_of(noras, key=True)
    page.goto(link)
    expect(page.locator("h1")).to_have_text("You are invited")
    page.fill("input[name=username]", "nora")
    page.click("button[value=passkey]")
    page.wait_for_url("**/webauthn/add/")
    page.click("#mfa_webauthn_add")
    keep_codes(page)
    page.wait_for_url("**/me/")
    page.click("text=Log out")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/login/?next=/account/history/")
    page.click("#passkey_login")
    page.wait_for_url("**/account/history/")
    expect(page.locator("#listing")).to_contain_text("A second factor or passkey was added")
    expect(page.locator("#listing")).to_contain_text("webauthn")

    aside(eleven_minutes_later)
    page.goto(f"{address}/account/tokens/")
    page.fill("input[name=name]", "my studio")
    page.check("input[value='takes:write']")
    page.click("text=Make it")
    page.wait_for_url("**/account/factors/**")
    if page.locator("#mfa_webauthn_reauthenticate").count() == 0:
        page.click("text=Use a security key")
    page.click("#mfa_webauthn_reauthenticate")
    page.wait_for_url("**/account/resume/")
    page.click("text=Go on")
    expect(page.locator("#secret")).to_contain_text("yesand_")
    expect(page.locator("table")).to_contain_text("my studio")
    noras.close()

    strangers = browser.new_context()
    page = page_of(strangers)
    assert page.goto(link).status == 410  # type: ignore[union-attr]
    expect(page.locator("h1")).to_have_text("This link has been used")
    strangers.close()


def keep_codes(page: Page) -> None:
    """Make recovery codes, keep them as a file, and go on."""
    page.wait_for_url("**/recovery-codes/")
    page.click("text=Make ten codes")
    expect(page.locator(".codes li")).to_have_count(10)
    with page.expect_download() as kept:
        page.click("text=Save as a file")
    assert page.inner_text(".codes li:last-child") in kept.value.path().read_text()
    page.click("text=go on")


@pytest.mark.deep
def test_a_browser_that_gives_no_passkey_says_so_and_changes_nothing(
    browser: Browser, address: str
) -> None:
    context = browser.new_context()
    page = page_of(context)
    page.add_init_script("navigator.credentials.get = () => Promise.reject(new Error('no'))")
    page.goto(f"{address}/login/")
    expect(page.locator("#passkey-trouble")).to_be_hidden()
    page.click("#passkey_login")
    expect(page.locator("#passkey-trouble")).to_be_visible()
    log_in(page, address, "ada")
    page.wait_for_url("**/me/")
    context.close()


@pytest.mark.deep
def test_codes_from_an_app_are_asked_for_after_the_password(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = page_of(context)
    log_in(page, address, "producer")
    page.wait_for_url("**/me/")
    page.goto(f"{address}/account/")
    page.click("text=Add a passkey or codes")
    page.click("text=Join an app")
    secret = page.inner_text("#authenticator_secret").strip()
    page.fill("input[name=code]", code_of(secret))
    page.click("text=Join it")
    page.wait_for_url("**/recovery-codes/")
    page.click("text=Make ten codes")
    spare = page.inner_text(".codes li:first-child")
    for code in (lambda: spare, lambda: next_code_of(secret)):
        page.click("text=Log out")
        page.wait_for_url(f"{address}/")
        log_in(page, address, "producer")
        page.wait_for_url("**/authenticate/")
        page.fill("input[name=code]", code())
        page.click("article button[type=submit]")
        page.wait_for_url("**/me/")
    context.close()


def code_of(secret: str) -> str:
    """Return the code of the half minute (RFC 6238), or of the next if this one is almost over."""
    if time.time() % 30 > 20:
        time.sleep(30 - time.time() % 30)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def next_code_of(secret: str) -> str:
    """Return the code of the next half minute, once it has come: one code opens once."""
    time.sleep(30 - time.time() % 30)
    return code_of(secret)


def test_an_agent_acts_for_a_performer_until_she_ends_it(
    browser: Browser, address: str, sessions: dict[str, list[dict[str, str]]]
) -> None:
    adas = browser.new_context()
    adas.add_cookies(sessions["ada"])  # type: ignore[arg-type]
    hers = page_of(adas)
    hers.goto(f"{address}/account/delegates/")
    hers.check("input[value=book]")
    hers.fill("input[name=until]", "2027-10-01")
    hers.click("text=Make a link for them")
    link = hers.inner_text("#secret")

    agents = browser.new_context(viewport={"width": 390, "height": 844})
    page = page_of(agents)
    page.goto(link)
    expect(page.locator("h1")).to_have_text("Act for Ada Actor")
    page.fill("input[name=username]", "gus")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[value=password]")
    page.wait_for_url("**/me/")
    notice = page.locator("aside", has_text="You are here as agent")
    expect(notice).to_contain_text("Ada Actor, until 2 Oct 2027")
    page.goto(f"{address}/takes/")
    expect(page.locator("#listing")).to_contain_text("in all")
    assert "Ben" not in page.content()
    page.goto(f"{address}/statements/")
    expect(page.locator("#listing table")).to_have_count(0)  # no right to money was given
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    hers.reload()
    hers.click("text=End it")
    expect(hers.locator("table")).to_contain_text("ended")
    assert page.goto(f"{address}/performers/Ada/").status == 404  # type: ignore[union-attr]
    expect(page.locator("aside", has_text="You are here as agent")).to_have_count(0)
    for context in (adas, agents):
        context.close()


@pytest.fixture
def strict(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The same house where everyone needs a second factor, as a new house has it."""
    monkeypatch.setenv("YESAND_REQUIRE_MFA", "everyone")
    with served(stage.house.place.root) as address:
        yield address.replace("127.0.0.1", "localhost")


@pytest.mark.deep
def test_at_the_first_sign_in_a_house_asks_for_one_thing_more_and_leads_on(
    browser: Browser, strict: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = page_of(context)
    page.goto(f"{strict}/takes/")
    page.fill("input[name=login]", "ada")
    page.fill("input[name=password]", PASSWORD)
    page.click("article button[type=submit]")
    page.wait_for_url("**/account/factors/first/")
    expect(page.locator("h1")).to_have_text("One more key to your door")
    page.click("text=Join an app")
    secret = page.inner_text("#authenticator_secret").strip()
    page.fill("input[name=code]", code_of(secret))
    page.click("text=Join it")
    keep_codes(page)
    page.wait_for_url("**/takes/")
    context.close()
