"""A start loads what every page needs; libraries of seconds come when something asks for them."""

from __future__ import annotations

import os
import subprocess
import sys

SLOW = {"torch", "scipy", "sklearn", "pandas", "matplotlib"}
COMMANDS = "import yesand.cli"
PAGES = (
    "import django; django.setup(); import yesand.site.urls; "
    "from django.template import engines; engines.all()"
)


def loaded(code: str) -> set[str]:
    """Return which of the slow libraries a new process has after some code."""
    asked = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return SLOW & set(asked.stdout.split())


def test_commands_and_pages_start_without_what_few_of_them_need() -> None:
    assert loaded(f"{COMMANDS}; {PAGES}") == set()
