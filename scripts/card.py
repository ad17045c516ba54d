"""Draw the card of the article that comes with the house: its drawing as PNG, for previews.

Previews elsewhere show no SVG. Run it when the article's words change. Needs Debian's ``chromium``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from yesand.newsroom import drawing, manuscript

HERE = Path(drawing.__file__).parents[1] / "opening"
CHROMIUM = "/usr/bin/chromium"


def main() -> int:
    """Write it beside the article."""
    (article,) = HERE.glob("*.md")
    svg = drawing.of_words(manuscript.parse(article.read_text("utf-8")).words).svg
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": drawing.WIDTH, "height": drawing.HEIGHT})
        page.set_content(f"<style>* {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
        page.screenshot(path=article.with_suffix(".png"))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
