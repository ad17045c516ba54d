"""Keep one small picture of every page of a house in docs/images/pages, and show them in a page.

Beside them, the sample's shares as docs/reliance-for-performers.md shows them.

The pages are those of ``scripts/pages.py``: light, on a desktop. Needs Debian's ``chromium``.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import sys
import tempfile
from pathlib import Path
from secrets import token_urlsafe

from PIL import Image
from playwright.sync_api import Browser, StorageState, sync_playwright
from screenshots import ARGUMENTS, CHROMIUM, logged_in, served

from pages import prepare
from yesand.reliance.chart import chart

DOCS = Path(__file__).parents[1] / "docs"
PICTURES, PAGE = DOCS / "images" / "pages", DOCS / "gallery.md"
SHARES = DOCS / "images" / "reliance-shares.svg"
WIDTH, TALLEST, MOST = 1280, 1600, 80_000
INTRODUCTION = """\
# Every page, in a picture

Of the sample house, light, on a desktop; `make gallery` takes them anew. In the dark and on a \
phone: `make screenshots`.
"""


def main() -> int:
    """Run it."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--house", type=Path, required=True)
    options = told.parse_args()
    if not (options.house / "house.json").exists():
        print(f"No house at {options.house}: make one with `make demo`.")
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        house, password = Path(scratch) / "house", token_urlsafe()
        shutil.copytree(options.house, house)
        pages = prepare(house, password)
        with served(house) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            who_is_in = {"": StorageState()}
            for who in {who for who, _ in pages.values()} - {""}:
                who_is_in[who] = logged_in(browser, address, who, password)
            shutil.rmtree(PICTURES, ignore_errors=True)
            PICTURES.mkdir(parents=True)
            titles = {
                name: picture(browser, address + path, name, who_is_in[who])
                for name, (who, path) in pages.items()
            }
            browser.close()
    PAGE.write_text(page(titles), "utf-8")
    SHARES.write_text(shares(options.house / "reliance.json"), "utf-8")
    sizes = [path.stat().st_size for path in PICTURES.iterdir()]
    print(f"{len(titles)} pages, {sum(sizes) / 1e6:.1f} MB, the largest {max(sizes) / 1e3:.0f} kB")
    return 0


def picture(browser: Browser, address: str, name: str, who: StorageState) -> str:
    """Take one page's picture; return its title."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 900},
        color_scheme="light",
        reduced_motion="reduce",
        storage_state=who,
    )
    view = context.new_page()
    view.goto(address)
    taken = Image.open(io.BytesIO(view.screenshot(full_page=True)))
    title = view.title().removesuffix(" · Yes-And")
    context.close()
    (PICTURES / f"{name}.webp").write_bytes(small(taken))
    return title


def shares(report: Path) -> str:
    """Return a report's shares as a picture that reads on any ground."""
    rows = [opening["row"] for opening in json.loads(report.read_bytes())["openings"]]
    drawn = chart({row["performer"].replace("_", " "): row for row in rows})
    ground = '<rect width="100%" height="100%" fill="#fff"/>'
    return drawn.replace("<svg ", '<svg color="#1d2433" ', 1).replace("</desc>", "</desc>" + ground)


def small(taken: Image.Image) -> bytes:
    """Return a picture as WebP of at most 80 kB, a long page cut off below."""
    cut = taken.convert("RGB").crop((0, 0, taken.width, min(taken.height, TALLEST)))
    for quality in (82, 70, 55, 40, 25):
        written = io.BytesIO()
        cut.save(written, "WEBP", quality=quality, method=6)
        if written.tell() <= MOST:
            break
    return written.getvalue()


def page(titles: dict[str, str]) -> str:
    """Return the page that shows them."""
    return INTRODUCTION + "".join(
        f"\n## {title}\n\n![{title}](images/pages/{name}.webp)\n" for name, title in titles.items()
    )


if __name__ == "__main__":
    sys.exit(main())
