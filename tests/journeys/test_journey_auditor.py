"""An auditor reads, proves, checks and notes; and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from stage import recordings
from story import World, invite, join

from yesand.agreements.templates import standard
from yesand.provenance import services as log
from yesand.provenance.models import Entry
from yesand.takes.models import Take
from yesand.takes.services import import_corpus

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.slow,
]


def test_an_auditor_reads_proves_checks_and_notes(
    world: World, begin: Callable[[], None], tmp_path: Path
) -> None:
    place = world.house.place
    import_corpus(place, recordings(tmp_path / "r"), agreement=standard("recognition", DAY))
    log.publish(place)
    take = Take.objects.filter(state="accepted").order_by("pk")[0]
    begin()
    link = invite(world.page("pam"), world.address, "auditor")
    page = world.page()
    join(page, link, "aud")
    page.get_by_role("link", name="The log").first.click()
    expect(page.locator("#listing")).to_contain_text("take.recorded")
    proves(page, world, take)
    checks(page, world)
    notes(page, world, take)
    changes_nothing(page, world, take)


DAY = date(2026, 10, 1)


def proves(page: Page, world: World, take: Take) -> None:
    """The entry's proof holds, and whoever downloads it can check it elsewhere."""
    page.goto(f"{world.address}/log/{take.entry_id}/")
    expect(page.locator("main")).to_contain_text("Checked just now")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Proof (tlog-proof)").click()
    assert "c2sp.org/tlog-proof" in taken.value.path().read_text()


def checks(page: Page, world: World) -> None:
    page.goto(f"{world.address}/checks/")
    page.get_by_role("button", name="Check the house now").click()
    expect(page.get_by_role("status").first).to_contain_text("It holds.")
    expect(page.locator("#listing")).to_contain_text("aud")


def notes(page: Page, world: World, take: Take) -> None:
    page.goto(f"{world.address}/takes/{take.sha256}/")
    page.goto(f"{world.address}/findings/new/?about=take:{take.sha256}")
    page.fill("textarea[name=text]", "The room hums in it.")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_role("status").first).to_contain_text("Noted, and in the log.")
    page.goto(f"{world.address}/takes/{take.sha256}/")
    expect(page.locator("main")).to_contain_text("The room hums in it.")


def changes_nothing(page: Page, world: World, take: Take) -> None:
    """What others may do is not there; asked for all the same, it does not exist."""
    before = world.asked(Entry.objects.count)
    for path in ("/queue/", f"/takes/{take.sha256}/", "/people/", "/performers/Ada/"):
        page.goto(f"{world.address}{path}")
        forms = page.locator("main form[method=post]")
        assert forms.count() == 0, path
    token = next(c for c in page.context.cookies() if c["name"] == "csrftoken")["value"]
    for path, told in (
        (f"/takes/{take.sha256}/review/", {"verdict": "rejected", "reason": "no", "of": "Ada"}),
        ("/people/organisations/", {"name": "x", "slug": "x", "kind": "licensee"}),
        ("/invitations/new/", {"role": "auditor", "days": "3"}),
        ("/offers/new/", {"performer": "Ada", "template": "standard/research"}),
        ("/scenes/new/", {"title": "x", "emotion": "joy"}),
        ("/withdraw/", {"how": "whole"}),
    ):
        answer = page.request.post(
            f"{world.address}{path}",
            form={**told, "csrfmiddlewaretoken": token},
            headers={"Referer": world.address, "X-CSRFToken": token},
        )
        assert answer.status in {403, 404}, path
    assert world.asked(Entry.objects.count) == before
