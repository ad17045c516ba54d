"""The newsroom from the terminal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import yesand
from yesand.cli import _run as run


@pytest.fixture
def folder(empty_house: Path, tmp_path: Path) -> str:
    """A new house's folder."""
    return str(shutil.copytree(empty_house, tmp_path / "H"))


def told(capsys: pytest.CaptureFixture[str], *command: str) -> dict[str, str]:
    capsys.readouterr()
    assert run([*command, "--json"]) == 0
    found: dict[str, str] = json.loads(capsys.readouterr().out)
    return found


def test_a_manuscript_is_put_on_the_desk_and_published_by_a_producer(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "article.md"
    file.write_text(
        "title: On pay\n\nIt is so. [1]\n\n---\nA paper | A press | https://p.example/\n"
    )
    assert told(capsys, "article", str(file), "--house", folder)["state"] == "draft"
    assert run(["article", str(file), "--house", folder, "--publish-as", "nobody"]) == 2
    assert "No account of that name" in capsys.readouterr().err
    run(["account", "petra", "--role", "producer", "--house", folder])
    made = told(capsys, "article", str(file), "--house", folder, "--publish-as", "petra")
    assert (made["state"], made["page"]) == ("published", f"/newsroom/{made['slug']}/")


def test_a_source_is_summarised_by_its_own_sentences(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "source.txt"
    file.write_text("One actor gave a voice. Two actors gave a face. Three actors gave both.")
    assert run(["article", str(file), "--house", folder, "--summarise"]) == 2
    assert "--url" in capsys.readouterr().err
    asked = ["article", str(file), "--house", folder, "--url", "https://s.example/"]
    assert told(capsys, *asked, "--summarise", "--title", "Given")["slug"] == "given"
    assert run([*asked, "--with-model"]) == 2
    assert "No language model is set" in capsys.readouterr().err
    file.write_bytes(b"\xff\xfe\x00")
    assert run([*asked, "--summarise"]) == 2


def test_a_months_report_is_computed_once_and_not_before_its_end(
    folder: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YESAND_NOW", "2026-11-02T00:00:00Z")
    first = told(capsys, "transparency", "2026-10", "--house", folder)
    assert first["slug"] == "transparency-2026-10"
    assert told(capsys, "transparency", "2026-10", "--house", folder) == first
    assert run(["transparency", "2026-11", "--house", folder]) == 1
    assert "still open" in capsys.readouterr().err
    assert run(["transparency", "October", "--house", folder]) == 2
    yesand.open(folder).close()
