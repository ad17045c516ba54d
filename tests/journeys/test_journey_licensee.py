"""A licensee asks, downloads, registers, deploys, delivers usage and takes out of service."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from stage import recordings
from story import World, go_on, invite, join, log_in

from yesand.agreements.templates import standard
from yesand.kernel.canonical import canonical
from yesand.kernel.ids import digest
from yesand.people import services as people
from yesand.people.models import Organisation
from yesand.takes.services import import_corpus
from yesand.training.digest import statement

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.slow,
]
A_MONTH_ON = datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_a_licensee_asks_downloads_registers_deploys_delivers_and_ends(
    world: World, begin: Callable[[], None], tmp_path: Path
) -> None:
    place, first = world.house.place, date(2026, 10, 1)
    mine = recordings(tmp_path / "a", ("Ada", "Ben"), synthetic=False)
    import_corpus(place, mine, agreement=standard("recognition", first))
    theirs = recordings(tmp_path / "c", ("Cleo",), synthetic=False, first=5)
    import_corpus(place, theirs, agreement=standard("research", first))
    people.found(place, "north-lab", "North Lab", Organisation.Kind.LICENSEE)
    begin()
    link = invite(world.page("pam"), world.address, "licensee", organisation="North Lab")
    page = world.page()
    join(page, link, "nora")
    asks(page, world)
    downloads(page)
    registers(page, tmp_path)
    deploys(page)
    world.later(A_MONTH_ON)
    delivers(page, world, tmp_path)
    ends(page, world)


def asks(page: Page, world: World) -> None:
    """Cleo allows research alone, so a product gets the others' takes; and is told why."""
    page.goto(f"{world.address}/corpora/ask/")
    page.select_option("select[name=purpose]", "emotion-recognition")
    page.select_option("select[name=use_class]", "recognition")
    page.select_option("select[name=material]", "features")
    page.select_option("select[name=territory]", "DE")
    page.get_by_role("button", name="Show what would be permitted").click()
    expect(page.locator("dl.facts div", has_text="Permitted").locator("dd")).to_have_text("8")
    expect(page.locator("main")).to_contain_text("Why not the rest")
    expect(page.locator("main table")).to_contain_text("purposes")
    page.get_by_role("button", name="Sign a manifest of 8 takes").click()
    expect(page.get_by_role("status").first).to_have_text("Signed.")


def downloads(page: Page) -> None:
    """Choose a format; the worker beside the server makes it, and the page shows that by itself."""
    page.select_option("select[name=format]", "tar")
    page.get_by_role("button", name="Make it ready").click()
    expect(page.locator(".order")).to_contain_text("permitted and logged", timeout=60_000)
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download (TAR)").click()
    with tarfile.open(taken.value.path()) as archive:
        names = archive.getnames()
    assert any(name.endswith("manifest.json") for name in names) and len(names) > 1
    page.reload()
    expect(page.locator("main")).to_contain_text("Handed out")


def registers(page: Page, folder: Path) -> None:
    signed = folder / "model.sig"
    signed.write_bytes(canonical(statement("north-1", {"weights.bin": digest(b"weights")})))
    page.get_by_role("button", name="Register a model trained on it").click()
    page.fill("input[name=name]", "north-1")
    page.set_input_files("input[name=statement]", signed)
    page.get_by_role("button", name="Register it").click()
    expect(page.get_by_role("status").first).to_have_text("Registered, signed, and in the log.")


def deploys(page: Page) -> None:
    page.get_by_role("link", name="Deployments").first.click()
    page.get_by_text("Put a model in service").click()
    page.select_option("select[name=model]", index=1)
    page.fill("input[name=name]", "north-line")
    page.get_by_role("button", name="Sign it").click()
    expect(page.get_by_role("status").first).to_contain_text("In service.")


def delivers(page: Page, world: World, folder: Path) -> None:
    page.goto(f"{world.address}/usage/")
    log_in(page, "nora")
    page.wait_for_url("**/usage/")
    file = events(folder / "usage.jsonl")
    page.set_input_files("input[name=events]", file)
    page.get_by_role("button", name="Deliver").click()
    accepted = page.locator("dl.facts div", has_text="Accepted").locator("dd")
    expect(accepted).to_have_text("20")
    page.goto(f"{world.address}/usage/")
    page.set_input_files("input[name=events]", file)
    page.get_by_role("button", name="Deliver").click()
    page.goto(f"{world.address}/usage/")
    expect(accepted).to_have_text("20")


def events(path: Path) -> Path:
    rows = [
        {
            "specversion": "1.0",
            "id": f"e{n}",
            "source": "https://north.example/line",
            "type": "org.yes-and.usage.v1",
            "time": f"2026-10-{5 + n:02d}T20:15:00Z",
            "subject": "north-line",
            "data": {"unit": "request", "quantity": 40 + n},
        }
        for n in range(20)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def ends(page: Page, world: World) -> None:
    world.later(A_MONTH_ON.replace(hour=11))
    page.goto(f"{world.address}/deployments/north-line/")
    page.get_by_role("button", name="Take it out of service").click()
    page.get_by_role("button", name="Sign the end").click()
    go_on(page)
    expect(page.get_by_role("status").first).to_have_text("Ended, signed, and in the log.")
    expect(page.locator("h1")).to_contain_text("ended")
