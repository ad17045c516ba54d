"""Statements and agreements on paper: A4, black on white, and every sheet says what it is of."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from opened_pages import cookies, served
from playwright.sync_api import sync_playwright
from pypdf import PdfReader
from stage import Stage

CHROMIUM = Path("/usr/bin/chromium")
A4 = (595, 842)
FOR_SCREENS = ".top, .bottom, .skip, .actions, .heidi-dock, main button, summary"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium"),
]


@pytest.mark.slow
def test_every_sheet_names_its_document_and_nothing_for_screens_is_on_it(
    stage: Stage, as_: dict[str, Client], tmp_path: Path
) -> None:
    documents = {
        f"/statements/{stage.statement.digest}/": ("Statement · Ada Actor", stage.statement.digest),
        f"/agreements/{stage.agreement.digest}/": ("Agreement · Ada Actor", stage.agreement.digest),
    }
    with served(stage.house.place.root) as address:
        known = cookies(as_, address)["ada"]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            context = browser.new_context(color_scheme="dark")
            context.add_cookies(known)  # type: ignore[arg-type]
            page = context.new_page()
            for path, (heading, digest) in documents.items():
                page.goto(address + path)
                assert not page.locator(".running").is_visible()
                page.emulate_media(media="print")
                shown = [e.is_visible() for e in page.locator(FOR_SCREENS).all()]
                assert shown and not any(shown)
                ground = "[getComputedStyle(document.body).backgroundColor, "
                ground += "getComputedStyle(document.querySelector('h1')).color]"
                assert page.evaluate(ground) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
                page.pdf(path=tmp_path / "paper.pdf", prefer_css_page_size=True)
                found = PdfReader(tmp_path / "paper.pdf").pages
                assert len(found) > 1
                for number, sheet in enumerate(found, 1):
                    assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == A4
                    words = sheet.extract_text()
                    assert heading in words and digest in words
                    assert f"{number} / {len(found)}" in words
                page.emulate_media(media="screen")
            browser.close()
