"""Take a picture of every page of a house: light and dark, desktop and phone.

Works on a copy of the house, to which it adds accounts of its own. Needs Debian's ``chromium``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import Browser, StorageState, sync_playwright

from pages import prepare

if TYPE_CHECKING:
    pass

SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


def main() -> int:
    """Run it."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--house", type=Path, required=True)
    told.add_argument("--out", type=Path, default=Path("screenshots"))
    told.add_argument("--only", default="", help="part of a page's name")
    options = told.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        house = Path(scratch) / "house"
        shutil.copytree(options.house, house)
        password = token_urlsafe()
        pages = prepare(house, password)
        with served(house) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            who_is_in = {"": StorageState()}
            for who in {who for who, _ in pages.values()} - {""}:
                who_is_in[who] = logged_in(browser, address, who, password)
            for name, (who, path) in pages.items():
                if options.only in name:
                    picture(browser, address + path, name, options.out, who_is_in[who])
            browser.close()
    return 0


@contextmanager
def served(house: Path) -> Iterator[str]:
    """Serve a house in a second process; yield its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    code = (
        "import sys, yesand; from yesand.site import serve; "
        "serve(yesand.open(sys.argv[1]).place, '127.0.0.1', int(sys.argv[2]))"
    )
    environment = {**os.environ, "YESAND_HOUSE": str(house)}
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(house), str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if "Serving" not in line:
            raise SystemExit(f"The house was not served: {line}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def picture(browser: Browser, address: str, name: str, out: Path, who: StorageState) -> None:
    """Take a page's pictures in every size and theme."""
    for theme, (size, (width, height)) in product(THEMES, SIZES.items()):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            reduced_motion="reduce",
            storage_state=who,
        )
        page = context.new_page()
        page.goto(address)
        page.screenshot(path=out / f"{name}-{theme}-{size}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            print(f"{name} {theme} {size}: {wide} px wide")
        context.close()


def logged_in(browser: Browser, address: str, user: str, password: str) -> StorageState:
    """Log in once by the form, as a person does; return the cookies."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/login/")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", password)
    page.click("article button[type=submit]")
    page.wait_for_url("**/me/")
    state = context.storage_state()
    context.close()
    return state


if __name__ == "__main__":
    started = time.monotonic()
    code = main()
    print(f"{time.monotonic() - started:.0f} s")
    sys.exit(code)
