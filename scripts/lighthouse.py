"""Let Lighthouse judge the pages as a phone on a slow line and as a desktop; write docs/portal.md.

Serves a sample house of its own and logs in as its performer. Needs Debian's ``chromium`` and
``npm``, which brings Lighthouse. Exits 1 if a page misses a bar.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.pages import OURS, furnished, served
from benchmarks.results import machine

PAGE = Path(__file__).parents[1] / "docs" / "portal.md"
LIGHTHOUSE = "lighthouse@12"
CHROMIUM = "/usr/bin/chromium"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PRESETS = {"phone": [], "desktop": ["--preset=desktop"]}
#: Looked at by nobody in particular.
PUBLIC = {"start", "article"}
LEAST, LCP_MS, CLS, BYTES = 95, 1500, 0.0, 60 * 1024
INTRODUCTION = """\
# The portal, measured

`make lighthouse` serves a sample house, logs in as its performer, and lets \
[Lighthouse](https://github.com/GoogleChrome/lighthouse) {version} judge each page: as a phone \
(a slow 4G line and a processor four times slower, as Lighthouse simulates them) and as a desktop. \
The bars: at least {least} in all four, the largest part painted within 1.5 s, nothing that moves, \
and at most 60 KB for a first load. How the pages fare with 50 connections at once is in \
[performance.md](performance.md#pages); that axe finds nothing on any page, in light and dark, on \
a phone and a desktop, is a test (`tests/site/test_access.py`), and so is that nobody needs a mouse.

| page | as | performance | accessibility | practices | SEO | painted | moves | first load |
|---|---|--:|--:|--:|--:|--:|--:|--:|
"""


@dataclass(frozen=True)
class Judged:
    """What Lighthouse says of one page."""

    name: str
    preset: str
    scores: dict[str, int]
    lcp_ms: float
    cls: float
    sent: int
    missed: list[str]

    @property
    def faults(self) -> list[str]:
        """Return the bars that it misses, in words."""
        low = [f"{name} {score}" for name, score in self.scores.items() if score < LEAST]
        slow = [f"painted after {self.lcp_ms:.0f} ms"] if self.lcp_ms > LCP_MS else []
        moves = [f"moves by {self.cls:.3f}"] if self.cls > CLS else []
        heavy = [f"{self.sent / 1024:.1f} KB"] if self.sent > BYTES else []
        return low + slow + moves + heavy

    def row(self) -> str:
        """Return its row of the page."""
        scores = " | ".join(str(self.scores[name]) for name in CATEGORIES)
        return (
            f"| {self.name} | {self.preset} | {scores} | {self.lcp_ms / 1000:.2f} s "
            f"| {self.cls:.3g} | {self.sent / 1024:.1f} KB |\n"
        )


def main() -> int:
    """Run it."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--only", default="", help="part of a page's name")
    options = told.parse_args()
    if not (Path(CHROMIUM).exists() and shutil.which("npx")):
        print("Needs chromium and npx: apt install chromium npm")
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        secret, cookie, paths = furnished(Path(scratch) / "house")
        with served(OURS, Path(scratch) / "house", YESAND_SECRET=secret) as address:
            judged = [
                judge(name, preset, address + path, cookie if name not in PUBLIC else "")
                for name, path in paths.items()
                for preset in PRESETS
                if options.only in name
            ]
    if not options.only:
        PAGE.write_text(page(judged), "utf-8")
    for one in judged:
        print(one.row().strip(), *one.faults, *one.missed, sep="\n  ")
    return 1 if any(one.faults for one in judged) else 0


def judge(name: str, preset: str, address: str, cookie: str) -> Judged:
    """Let Lighthouse look at one page; on a busy machine it may miss the start of a load, once."""
    headers = json.dumps({"Cookie": cookie} if cookie else {})
    ask = [
        *("npx", "--yes", LIGHTHOUSE, address, "--quiet", "--output=json"),
        *(f"--only-categories={','.join(CATEGORIES)}", f"--extra-headers={headers}"),
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage",
        *PRESETS[preset],
    ]
    environment = {**os.environ, "CHROME_PATH": CHROMIUM}
    for _ in range(2):
        ran = subprocess.run(ask, env=environment, capture_output=True, text=True, check=False)
        if ran.returncode == 0:
            return _judged(name, preset, json.loads(ran.stdout))
    raise SystemExit(f"Lighthouse did not finish {name}: {ran.stderr[-500:]}")


def _judged(name: str, preset: str, said: dict[str, Any]) -> Judged:
    audits, categories = said["audits"], said["categories"]
    missed = [
        f"{c}: {ref['id']} {audits[ref['id']].get('displayValue', '')}"
        for c in CATEGORIES
        for ref in categories[c]["auditRefs"]
        if ref["weight"]
        and (audits[ref["id"]]["score"] or 0) < 0.9
        and audits[ref["id"]]["scoreDisplayMode"] not in {"notApplicable", "manual"}
    ]
    return Judged(
        name,
        preset,
        {c: round(100 * (categories[c]["score"] or 0)) for c in CATEGORIES},
        audits["largest-contentful-paint"]["numericValue"],
        audits["cumulative-layout-shift"]["numericValue"],
        int(audits["total-byte-weight"]["numericValue"]),
        missed,
    )


def page(judged: list[Judged]) -> str:
    """Return the whole page."""
    where = machine()
    chromium = subprocess.run(
        [CHROMIUM, "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[1]
    return (
        INTRODUCTION.format(version=LIGHTHOUSE.partition("@")[2], least=LEAST)
        + "".join(one.row() for one in judged)
        + f"\n{datetime.now(UTC):%Y-%m-%d}, Chromium {chromium}, {where['cpu']}, "
        f"{where['cores']} cores.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
