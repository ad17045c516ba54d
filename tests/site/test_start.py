"""The start page, its counts, its banners, and what every page tells a browser."""

from __future__ import annotations

import gzip
import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from stage import Stage

import yesand
from yesand.agreements.models import Agreement
from yesand.people.models import Performer
from yesand.site.line import STATIONS, wave

MOST = 60 * 1024


def figures(page: str) -> dict[str, str]:
    found = re.findall(r'"name">(\w+)</span>\s*<span class="figure">([\d,]+)<', page)
    return dict(found)


def test_the_line_shows_what_the_house_holds(stage: Stage) -> None:
    page = Client().get("/").content.decode()
    shown = figures(page)
    assert list(shown) == [station.key for station in STATIONS]
    assert shown["performer"] == str(Performer.objects.count())
    assert shown["take"] == "13" and shown["agreement"] == "3" and shown["session"] == "3"
    for station in STATIONS:
        assert f'href="{reverse(station.address)}"' in page


def test_the_start_page_shows_the_latest_checkpoint(stage: Stage) -> None:
    page = Client().get("/").content.decode()
    from yesand.provenance.services import log_of

    head = log_of(stage.house.place).head()
    assert head.size > 0 and head.root.hex() in page and f"{head.size:,}" in page


def test_an_empty_house_says_what_to_do_next(house: yesand.House) -> None:
    page = Client().get("/")
    assert page.status_code == 200
    assert set(figures(page.content.decode()).values()) <= {"0"}


def test_a_sample_says_so_on_every_page(stage: Stage, as_: dict[str, Client]) -> None:
    for address in ("/", "/login/", "/no/such/page"):
        assert b"SAMPLE (synthetic)" in as_["nobody"].get(address).content
    for address in ("takes", "me", "log", "payouts"):
        assert b"SAMPLE (synthetic)" in as_["ada"].get(reverse(address)).content


def test_a_house_of_people_has_no_banner(stage: Stage) -> None:
    Performer.objects.update(synthetic=False)
    page = Client().get("/").content
    assert b"SAMPLE" not in page and b"TRIAL" not in page


def test_a_first_load_is_light(as_: dict[str, Client], stage: Stage) -> None:
    for who, address in (("nobody", "/"), ("ada", reverse("take", args=[stage.take.sha256]))):
        page = as_[who].get(address, headers={"accept-encoding": "gzip"})
        assert page.headers["Content-Encoding"] == "gzip"
        text = gzip.decompress(page.content).decode()
        asked = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', text))
        assert len(asked) >= 4
        weight = len(page.content)
        for file in asked:
            sent = as_[who].get(file, headers={"accept-encoding": "gzip"})
            weight += len(b"".join(sent))  # type: ignore[arg-type]
        assert weight <= MOST


def test_the_policy_lets_nothing_foreign_in(as_: dict[str, Client], stage: Stage) -> None:
    for who, address in (("nobody", "/"), ("ada", "/takes/"), ("nobody", "/no/such/page")):
        policy = as_[who].get(address).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy and "http" not in policy and "*" not in policy


@pytest.mark.parametrize("name", ["takes", "me", "agreements", "log", "start"])
def test_no_page_needs_what_the_policy_forbids(name: str, as_: dict[str, Client]) -> None:
    page = as_["producer"].get(reverse(name)).content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|hx-on", page)
    assert not re.findall(r"<script(?![^>]*src=\"/static/)", page)
    assert not re.findall(r'(?:src|href)="https?:', page)


def test_pages_say_what_a_careful_browser_wants_to_hear(as_: dict[str, Client]) -> None:
    headers = as_["ada"].get("/me/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Permissions-Policy"].startswith("camera=()")
    assert headers["Cache-Control"] == "private, no-store"


def test_the_vendored_files_come_with_their_licences() -> None:
    for name in ("pico", "htmx"):
        licence = finders.find(f"vendor/{name}.LICENSE.txt")
        assert isinstance(licence, str)
        with open(licence) as file:  # noqa: PTH123
            text = file.read()
        assert "Permission" in text or "MIT" in text


def test_the_line_is_loud_at_the_left_and_still_at_the_right() -> None:
    heights = [abs(float(p.split(" ")[1]) - 60) for p in wave()[1:].split("L")]
    assert max(heights[:60]) > 25 and max(heights[-60:]) < 1
    assert all(h <= 60 for h in heights)


def test_trial_terms_mark_every_page(trial_house: yesand.House) -> None:
    assert Agreement.objects.filter(kind="trial").exists()
    client = Client()
    for address in ("/", "/login/", "/no/such/page"):
        assert b"TRIAL" in client.get(address).content


def test_a_static_file_is_kept_until_it_changes(stage: Stage) -> None:
    page = Client().get("/").content.decode()
    (address,) = re.findall(r'href="(/static/site\.css\?v=[0-9a-f]{8})"', page)
    kept = Client().get(address)
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    kept.close()
    plain = Client().get("/static/site.css")
    assert plain.headers["Cache-Control"] == "max-age=3600, public"
    plain.close()
    assert Client().get("/static/nothing.css?v=1").headers["Cache-Control"] == "no-store"


def test_a_page_says_what_it_is_to_who_looks_for_it(stage: Stage) -> None:
    page = Client().get("/").content.decode()
    assert re.search(r'<meta name="description" content="[^"]{50,160}"', page)
    robots = Client().get("/robots.txt")
    assert robots.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /\n" not in robots.content.decode()
    assert robots.headers["Content-Usage"] == "train-ai=n"
    lines = robots.content.decode().splitlines()
    assert (
        "Content-Usage: train-ai=n" in lines and "License: http://testserver/license.xml" in lines
    )
    licence = Client().get("/license.xml")
    assert licence.headers["Content-Type"] == "application/rsl+xml"
    assert b'<prohibits type="usage">ai-all</prohibits>' in licence.content
