"""Anybody checks a file: by its hash, or by sending it; and a take's page hands out its copy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from opened_pages import served
from playwright.sync_api import Page, expect, sync_playwright
from stage import Stage

from files_with_credentials import claim, flipped, plain, stranger
from yesand.agreements import services as agreements
from yesand.kernel.place import Place
from yesand.provenance.credentials.identity import anchors
from yesand.provenance.credentials.reading import State, read
from yesand.provenance.credentials.signing import root_of, sign
from yesand.takes.checking import views
from yesand.takes.media import MediaStore
from yesand.takes.models import Credential, Take

CHROMIUM = Path("/usr/bin/chromium")


def asked(client: Client, sha256: str) -> str:
    return client.post(reverse("check"), {"sha256": sha256}).content.decode()


def sent(client: Client, path: Path) -> str:
    file = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post(reverse("check_file"), {"file": file}).content.decode()


def whole(response: HttpResponseBase) -> bytes:
    data = b"".join(response)  # type: ignore[arg-type]
    response.close()
    return data


def test_nobody_in_particular_learns_what_is_licensed_and_not_whose_it_is(
    stage: Stage, as_: dict[str, Client]
) -> None:
    page = asked(as_["nobody"], stage.take.sha256)
    assert "This is one of ours" in page and "in force" in page and "recognition" in page
    for known in ("Ada", stage.ada.public_key, stage.agreement.digest, stage.take.emotion):
        assert known not in page
    assert "This is not one of ours" in asked(as_["nobody"], "ab" * 32)


def test_a_withdrawal_is_told_to_whoever_asks_next(stage: Stage, as_: dict[str, Client]) -> None:
    agreements.withdraw(stage.house.place, stage.take.performer)
    page = asked(as_["nobody"], stage.take.sha256)
    assert "withdrawn" in page and "nothing" in page


def test_what_is_no_hash_is_said_kindly_and_kept(as_: dict[str, Client]) -> None:
    answer = as_["nobody"].post(reverse("check"), {"sha256": "not a hash <b>"})
    page = answer.content.decode()
    assert answer.status_code == 400 and "That is no SHA-256" in page
    assert "&lt;b&gt;" in page and "<b>" not in page


def test_a_strangers_file_shows_its_credentials_and_is_kept_nowhere(
    stage: Stage, as_: dict[str, Client], tmp_path: Path
) -> None:
    target = tmp_path / "signed.jpg"
    sign(plain(tmp_path, "jpg"), target, "image/jpeg", claim(), stranger("A Studio"))
    before = sorted(stage.house.place.root.rglob("*"))
    page = sent(as_["nobody"], target)
    assert "A Studio" in page and "signer unknown" in page
    assert "performer-1" in page and "not allowed" in page
    assert "does not hold" in sent(as_["nobody"], flipped(target, -60))
    assert "No credential lies inside it" in sent(as_["nobody"], plain(tmp_path, "wav"))
    assert sorted(stage.house.place.root.rglob("*")) == before


def test_a_file_too_large_is_refused_before_it_is_read(
    as_: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST", 1000)
    file = SimpleUploadedFile("x.wav", bytes(2000))
    answer = as_["nobody"].post(reverse("check_file"), {"file": file})
    assert answer.status_code == 413 and "larger" in answer.content.decode()


def test_whoever_asks_too_often_is_slowed_down(as_: dict[str, Client]) -> None:
    for _ in range(10):
        as_["nobody"].post(reverse("check_file"))
    assert as_["nobody"].post(reverse("check_file")).status_code == 429


def test_a_sent_file_needs_the_pages_token(stage: Stage) -> None:
    strict = Client(enforce_csrf_checks=True)
    file = SimpleUploadedFile("x.wav", b"x")
    assert strict.post(reverse("check_file"), {"file": file}).status_code == 403


def test_the_copy_is_the_performers_to_download(
    stage: Stage, as_: dict[str, Client], tmp_path: Path
) -> None:
    address = reverse("take_credentialed", args=[stage.take.sha256])
    page = as_["ada"].get(reverse("take", args=[stage.take.sha256])).content.decode()
    assert "Download with its credentials" in page and "Train models that recognise" in page
    assert as_["auditor"].post(address).status_code == 302  # there is none yet, and they only look
    data = whole(as_["ada"].post(address))
    (tmp_path / "copy.flac").write_bytes(data)
    found = read(tmp_path / "copy.flac", anchors(stage.house.place))
    assert found is not None and found.state == State.TRUSTED
    assert Credential.objects.get().sha256 == hashlib.sha256(data).hexdigest()
    assert whole(as_["auditor"].post(address)) == data
    assert "This is one of ours" in asked(as_["nobody"], Credential.objects.get().sha256)
    assert "signer trusted" in sent(as_["nobody"], tmp_path / "copy.flac")


def test_the_authoritys_certificate_is_all_that_a_reader_needs(
    stage: Stage, as_: dict[str, Client], tmp_path: Path
) -> None:
    root = as_["nobody"].get(reverse("check_authority")).content.decode()
    data = whole(as_["ada"].post(reverse("take_credentialed", args=[stage.take.sha256])))
    (tmp_path / "copy.flac").write_bytes(data)
    found = read(tmp_path / "copy.flac", root)
    assert found is not None and found.state == State.TRUSTED
    assert "PRIVATE" not in root


LISTEN = """
window.refused = [];
document.addEventListener('securitypolicyviolation', e => window.refused.push(e.violatedDirective));
"""


@pytest.fixture
def page(stage: Stage) -> Iterator[Page]:
    with served(stage.house.place.root) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 390, "height": 844})
        context.add_init_script(LISTEN)
        found = context.new_page()
        found.goto(f"{address}/check/")
        yield found
        browser.close()


def recording(place: Place, take: Take) -> Path:
    return MediaStore(place.media).path_of(take.sha256)


@pytest.fixture
def own_file(stage: Stage) -> Path:
    """Found before Playwright's loop runs, beside which Django asks no database."""
    return recording(stage.house.place, stage.take)


@pytest.mark.browser
@pytest.mark.enable_socket
@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium at /usr/bin/chromium")
def test_a_chosen_file_is_hashed_in_the_browser_and_stays_there(
    own_file: Path, page: Page, tmp_path: Path
) -> None:
    went: list[int] = []
    page.on("request", lambda r: went.append(len(r.post_data_buffer or b"")))
    page.set_input_files("#file", own_file)
    expect(page.locator("#answer h2")).to_have_text("This is one of ours", timeout=20_000)
    assert max(went) < 500  # its hash and the page's token, and nothing of the sound
    assert Axe().run(page).response["violations"] == []
    target, mine = tmp_path / "signed.flac", stranger("A Studio")
    sign(plain(tmp_path, "flac"), target, "audio/flac", claim(), mine)
    assert root_of(mine)
    page.set_input_files("#file", target)
    expect(page.locator("#answer h2")).to_have_text("This is not one of ours", timeout=20_000)
    expect(page.locator("#answer")).not_to_contain_text("A Studio")
    page.get_by_role("button", name="Send it").click()
    expect(page.locator("#answer")).to_contain_text("A Studio", timeout=20_000)
    assert Axe().run(page).response["violations"] == []
    page.fill("#sha256", "nonsense")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#answer")).to_contain_text("That is no SHA-256", timeout=20_000)
    assert page.evaluate("window.refused") == []
