"""OWASP ASVS 5.0.0, levels 1 and 2: each requirement has a test of ours, or a written reason.

``asvs_answers.toml`` holds the answers: ``"V1.2.4" = ["test", "tests/…::test_…", "remark"]``, or
``[kind, "reason"]`` with a kind of ``REASONS``. A test must exist and a path in a reason must be
there; ``not-yet`` is open. Running it also writes the living table, docs/asvs.md.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from conformance.outcome import Outcome

ROOT = Path(__file__).parents[1]
ANSWERS = Path(__file__).with_name("asvs_answers.toml")
PAGE = ROOT / "docs" / "asvs.md"
TEST, BY_DESIGN, NOT_APPLICABLE, NOT_YET = "test", "by-design", "not-applicable", "not-yet"
REASONS = {BY_DESIGN, NOT_APPLICABLE, NOT_YET}
_PATH = re.compile(r"\b((?:src|docs|tests|scripts|conformance)/[\w./-]*\w)")
INTRODUCTION = """\
# Security, requirement by requirement

The {total} requirements of levels 1 and 2 of the [OWASP Application Security Verification \
Standard 5.0.0](https://github.com/OWASP/ASVS/tree/v5.0.0/5.0/en) (CC BY-SA 4.0; the requirements' \
words are there, by number), each with a test of ours that would fail, or a reason. \
`make conformance NAME=asvs` checks that every named test and file exists, and rewrites this \
page from `conformance/asvs_answers.toml`. What the reasons rest on is in [security.md]\
(security.md).

{summary}
"""


@dataclass(frozen=True)
class Requirement:
    """One row of the standard."""

    id: str
    level: int
    chapter: str
    section: str


def run(folder: Path) -> Outcome:
    """Judge every requirement's answer, and write the table."""
    rows, answers = requirements(folder / "asvs"), answered()
    PAGE.write_text(page(rows, answers), "utf-8")
    results = {row.id: _fault(answers.get(row.id)) for row in rows}
    known = {row.id for row in rows}
    results |= {name: "no such requirement" for name in answers if name not in known}
    return Outcome.of("asvs", results)


def requirements(folder: Path) -> list[Requirement]:
    """Return the standard's requirements of levels 1 and 2, in its order."""
    told = json.loads(next(folder.glob("*.json")).read_text("utf-8"))["requirements"]
    return [
        Requirement(r["req_id"], int(r["L"]), _named(r, "chapter"), _named(r, "section"))
        for r in told
        if int(r["L"]) <= 2
    ]


def answered() -> dict[str, list[str]]:
    """Return our answers by requirement."""
    return dict(tomllib.loads(ANSWERS.read_text("utf-8")))


def page(rows: list[Requirement], answers: dict[str, list[str]]) -> str:
    """Return the whole table."""
    return INTRODUCTION.format(total=len(rows), summary=_summary(rows, answers)) + "".join(
        _table(rows, answers)
    )


def _summary(rows: list[Requirement], answers: dict[str, list[str]]) -> str:
    kinds = [answers.get(row.id, [NOT_YET])[0] for row in rows]
    told = ", ".join(
        f"{kinds.count(kind)} {words}"
        for kind, words in (
            (TEST, "by a test"),
            (BY_DESIGN, "by design"),
            (NOT_APPLICABLE, "not applicable"),
            (NOT_YET, "**not yet**"),
        )
    )
    return f"Met: {told}."


def _table(rows: list[Requirement], answers: dict[str, list[str]]) -> Iterator[str]:
    chapter = ""
    for row in rows:
        if row.chapter != chapter:
            chapter = row.chapter
            yield f"\n## {chapter}\n\n| | level | about | met by |\n|---|--:|---|---|\n"
        yield f"| {row.id} | {row.level} | {row.section} | {_told(answers.get(row.id))} |\n"


def _told(answer: list[str] | None) -> str:
    if not answer:
        return "**not yet**: no answer"
    kind, *said = answer
    if kind == TEST:
        return "; ".join(f"`{part}`" if "::" in part else part for part in said)
    label = "**not yet**" if kind == NOT_YET else kind.replace("-", " ")
    return f"{label}: " + _PATH.sub(r"`\1`", "; ".join(said))


def _fault(answer: list[str] | None) -> str | None:
    """Return what is wrong with an answer; none: the requirement is met."""
    if not answer or len(answer) < 2:
        return "no answer"
    kind, *said = answer
    if kind == TEST:
        named = [part for part in said if "::" in part]
        absent = [part for part in named if part not in tests()]
        return f"no such test: {', '.join(absent)}" if absent or not named else None
    if kind not in REASONS:
        return f"{kind!r} is no kind of answer"
    absent = [p for part in said for p in _PATH.findall(part) if not (ROOT / p).exists()]
    if absent:
        return f"no such file: {', '.join(absent)}"
    return f"not yet: {'; '.join(said)}" if kind == NOT_YET else None


@cache
def tests() -> frozenset[str]:
    """Return every test that we have, as ``tests/site/test_start.py::test_…``."""
    return frozenset(
        f"{path.relative_to(ROOT)}::{node.name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def _named(row: dict[str, Any], part: str) -> str:
    return f"{row[f'{part}_id']} {row[f'{part}_name']}"
