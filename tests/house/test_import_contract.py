"""The import contract of pyproject.toml, tried on a small house with known faults."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT.joinpath("pyproject.toml").read_text().partition("[tool.importlinter]")[2]

ROOMS = (
    "serving site newsroom heidi oversight royalties reliance synthetic training corpus affect "
    "takes meetings agreements people"
).split()
SOUND = {
    **{f"{room}/__init__.py": "" for room in [*ROOMS, "provenance", "kernel", "metering"]},
    "__init__.py": "if False:  # as for the type checker\n    from yesand import house\n",
    "takes/version.py": "import yesand\n",
    "house.py": "import django\nfrom yesand.site import settings\n",
    "connecting.py": "import django\n",
    "site/settings.py": "import django\n",
    "takes/models.py": "from django.db import models\n",
    "takes/media.py": "import json\nfrom yesand.kernel import ids\n",
    "takes/services.py": "from yesand.takes import media, models\n",
    "takes/management/commands/sweep.py": "import django\n",
    "takes/management/__init__.py": "",
    "takes/management/commands/__init__.py": "",
    "kernel/ids.py": "import hashlib\n",
}


def lint(folder: Path, **changed: str) -> tuple[int, str]:
    """Lay out a small ``yesand`` with our own contracts and run import-linter on it."""
    for name, text in {**SOUND, **changed}.items():
        path = folder / "src" / "yesand" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    folder.joinpath("pyproject.toml").write_text(f"[tool.importlinter]{CONTRACTS}")
    folder.joinpath("contracts").symlink_to(ROOT / "contracts")
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_a_sound_house_keeps_the_contract(tmp_path: Path) -> None:
    status, said = lint(tmp_path)
    assert status == 0, said
    assert "2 kept, 0 broken" in said


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ({"takes/media.py": "import django.conf\n"}, "yesand.takes.media -> django"),
        ({"takes/media.py": "def late():\n    import django\n"}, "yesand.takes.media -> django"),
        (
            {"takes/media.py": "from yesand.takes import models\n"},
            "yesand.takes.media -> yesand.takes.models -> django",
        ),
        ({"takes/__init__.py": "import allauth\n"}, "yesand.takes -> allauth"),
        (
            {"takes/views/deep.py": "", "takes/media.py": "import csp\n"},
            "yesand.takes.media -> csp",
        ),
    ],
)
def test_django_in_the_core_is_found_and_named(
    tmp_path: Path, fault: dict[str, str], named: str
) -> None:
    status, said = lint(tmp_path, **fault)
    assert status == 1, said
    assert "Core modules import no Django BROKEN" in said
    assert named in said
    assert "services.py or models.py" in said


def test_a_core_module_is_named_once_however_many_lean_on_it(tmp_path: Path) -> None:
    _, said = lint(
        tmp_path,
        **{
            "takes/media.py": "import django\n",
            "takes/probe.py": "from yesand.takes import media\n",
            "corpus/export.py": "from yesand.takes import probe\n",
        },
    )
    assert said.count("-> django") == 1


def test_an_import_that_points_up_is_found(tmp_path: Path) -> None:
    status, said = lint(tmp_path, **{"kernel/ids.py": "from yesand.takes import media\n"})
    assert status == 1
    assert "Imports point down the floors, and every room has its place BROKEN" in said


def test_a_room_without_a_floor_is_found(tmp_path: Path) -> None:
    status, said = lint(tmp_path, **{"attic/__init__.py": ""})
    assert status == 1
    assert "yesand.attic" in said
