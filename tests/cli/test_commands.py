"""The command line as people meet it: what it prints, and how it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from ravdess_like import corpus

import yesand
from yesand.cli import _run as run


@pytest.fixture
def folder(empty_house: Path, tmp_path: Path) -> str:
    """A new house's folder."""
    return str(shutil.copytree(empty_house, tmp_path / "H"))


def test_init_makes_a_house_that_opens(tmp_path: Path) -> None:
    assert run(["init", "--house", str(tmp_path / "new"), "--name", "Ours"]) == 0
    assert yesand.open(tmp_path / "new").place.name == "Ours"


def test_a_second_init_is_refused(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "--house", folder]) == 1
    assert "stands here already" in capsys.readouterr().err


def test_an_invitations_link_is_printed_as_it_is_to_be_opened(
    folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["invite", "performer", "--performer", "Nora", "--house", folder]) == 0
    printed = "".join(capsys.readouterr().out.split())
    assert "/join/" in printed and printed.endswith("/")
    assert "[" not in printed


def test_import_reports_the_bad_file_and_takes_the_rest(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(corpus(tmp_path / "ravdess"))
    capsys.readouterr()
    assert run(["import", root, "--house", folder, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["imported"], told["fault"]) == (8, 1)
    assert run(["import", root, "--house", folder, "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["imported"], again["known"]) == (0, 8)


def test_a_commercial_request_on_a_research_licence_is_refused_with_the_clause(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["import", str(corpus(tmp_path / "ravdess")), "--house", folder])
    out = str(tmp_path / "corpus.json")
    asked = ["gate", "--house", folder, "--use-class", "recognition", "--territory", "DE"]
    assert run([*asked, "--purpose", "emotion-recognition", "--out", out]) == 1
    assert "CC-BY-NC-SA-4.0" in capsys.readouterr().err
    assert not Path(out).exists()
    assert run([*asked, "--purpose", "research", "--non-commercial", "--out", out]) == 0
    assert Path(out).exists()


def test_withdrawal_keeps_the_performer_out_of_the_next_gate(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(corpus(tmp_path / "ravdess"))
    run(["import", root, "--house", folder, "--trial-terms", "recognition"])
    asked = ["gate", "--house", folder, "--purpose", "emotion-recognition", "--json"]
    out = str(tmp_path / "corpus.json")
    capsys.readouterr()
    assert run([*asked, "--out", out]) == 0
    assert json.loads(capsys.readouterr().out)["permitted"] == 8
    assert run(["withdraw", "Actor_01", "--house", folder, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {d["duty"] for d in told["obligations"]} >= {"stop training", "delete recordings"}
    assert run([*asked, "--out", out]) == 0
    assert json.loads(capsys.readouterr().out)["permitted"] == 4


@pytest.mark.parametrize(
    ("command", "status", "says"),
    [
        (["import", "/nowhere"], 2, "No such file or folder"),
        (["gate", "--purpose", "spying"], 2, "is not a purpose"),
        (["gate", "--purpose", "research", "--territory", "XX"], 2, "not an ISO 3166-1"),
        (["train", "/nowhere.json"], 2, ""),
        (["meter", "/nowhere.jsonl"], 2, ""),
        (["settle", "2026-13"], 2, "not a month"),
        (["settle", "2999-01"], 1, "open"),
        (["statement", "Nobody", "2026-10"], 2, "No performer"),
        (["withdraw", "Nobody"], 2, "No performer"),
        (["import", "/nowhere", "--trial-terms", "surveillance"], 2, "is not a use class"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    folder: str,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    status: int,
    says: str,
) -> None:
    capsys.readouterr()
    assert run([*command, "--house", folder]) == status
    err = capsys.readouterr().err
    assert says in err and err.count("\n") == 1


def test_an_unknown_command_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["perform"]) == 2
    assert "No such command" in capsys.readouterr().err


def test_alone_it_shows_the_help_and_complains_of_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run([]) == 2
    said = capsys.readouterr()
    assert "withdraw" in said.out and not said.err


def test_names_are_shown_as_they_stand_and_never_read_as_colours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init", "--house", "[red]H", "--name", "[/] ours"]) == 0
    told = capsys.readouterr().out
    assert "[red]H" in told and "[/] ours" in told
    own = tmp_path / "own"
    own.mkdir()
    (own / "takes.csv").write_text("path,performer,emotion\n[bold]a[/].wav,Ann,happy\n")
    assert run(["import", "own", "--house", "[red]H", "--standard", "recognition"]) == 0
    assert "[bold]a[/].wav" in capsys.readouterr().out
    assert run(["train", "[/]nowhere", "--house", "[red]H"]) == 2
    assert "[/]nowhere" in capsys.readouterr().err


def test_a_narrowed_withdrawal_says_how_far_it_goes(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["import", str(corpus(tmp_path / "ravdess")), "--house", folder])
    capsys.readouterr()
    assert run(["withdraw", "Actor_01", "--purpose", "health", "--house", folder]) == 0
    assert "has withdrawn (health only)" in capsys.readouterr().out
    assert run(["withdraw", "Actor_01", "--house", folder]) == 0
    assert "has withdrawn as of" in capsys.readouterr().out


def test_usage_of_a_deployment_that_nobody_knows_waits_and_is_listed(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["escrow", "--house", folder]) == 0
    usage = str(tmp_path / "usage.jsonl")
    run(["example-usage", "nobody", "2026-09", "--events", "30", "--out", usage])
    assert run(["meter", usage, "--house", folder]) == 0
    capsys.readouterr()
    assert run(["escrow", "--house", folder, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["escrow"]
    assert sum(row["events"] for row in told) == 30
    assert {row["deployment"] for row in told} == {"nobody"}
    assert run(["escrow", "--house", folder]) == 0
    assert "no deployment of that name is registered" in capsys.readouterr().out


@pytest.mark.parametrize("url", ["garbage", "mysql://x/y", "postgresql://[::bad"])
def test_a_database_address_that_is_none_is_said_in_one_line(
    folder: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    capsys.readouterr()
    assert run(["status", "--house", folder]) == 2
    err = capsys.readouterr().err
    assert "DATABASE_URL cannot be used" in err and err.count("\n") == 1


def test_a_registry_of_another_house_is_refused(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    yesand.create(tmp_path / "other").close()
    shutil.copy(tmp_path / "other" / "registry.sqlite3", Path(folder) / "registry.sqlite3")
    capsys.readouterr()
    assert run(["status", "--house", folder]) == 1
    assert "another house's" in capsys.readouterr().err


def test_verify_needs_no_house(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evidence.zip").write_bytes(b"PK\x03\x04 not really")
    assert run(["verify", "evidence.zip"]) in {1, 2}
    assert capsys.readouterr().err.count("\n") == 1


def test_status_counts_the_stations(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["status", "--house", folder, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["takes"] == 0


def test_check_says_what_held(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    yesand.open(folder)
    capsys.readouterr()
    assert run(["check", "--house", folder]) == 0
    assert "entries" in capsys.readouterr().out
