"""Rules about files: what must not be in any, and how long one may be."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Written in pieces, so that this file may hold its own rule.
HOSTS = ["pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".", "deb.debian" + ".org"]
FOLDERS = ["/" + "work" + "/", "/" + "root" + "/", "/" + "home" + "/", "/opt/" + "pypi"]
FORBIDDEN = re.compile("|".join(rf"(?<![\w.$}}]){re.escape(p)}" for p in [*HOSTS, *FOLDERS]))
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}


def tracked() -> list[Path]:
    """Return every file under version control, as far as it is still here."""
    ran = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if ran.returncode:
        pytest.skip("not a clone: no list of files under version control")
    return [path for name in ran.stdout.decode().split("\0") if (path := ROOT / name).is_file()]


def modules() -> list[Path]:
    """Return our modules, without what a tool wrote."""
    return [p for p in tracked() if p.suffix == ".py" and "migrations" not in p.parts]


def test_no_file_names_a_registry_or_a_machines_folder() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path in tracked()
        if (hit := FORBIDDEN.search(path.read_text("utf-8", "ignore")))
    ]
    assert found == []


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {p.relative_to(ROOT): len(p.read_text("utf-8").splitlines()) for p in modules()}
    assert {path: n for path, n in lengths.items() if n > 400} == {}


def test_every_module_is_named_for_what_it_holds() -> None:
    assert [p for p in modules() if p.stem in VAGUE] == []


def test_every_test_file_has_a_name_of_its_own() -> None:
    names = [p.name for p in modules() if p.name.startswith("test_")]
    assert sorted({n for n in names if names.count(n) > 1}) == []


def test_every_module_says_what_it_is_for() -> None:
    ours = [p for p in modules() if "src" in p.relative_to(ROOT).parts]
    silent = [
        p for p in ours if p.stat().st_size and not p.read_text("utf-8").startswith(('"""', 'r"""'))
    ]
    assert silent == []
