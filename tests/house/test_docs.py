"""Documentation cannot rot: what a user can name is explained, and what is explained exists."""

from __future__ import annotations

import doctest
import importlib.util
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import yesand

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def there(module: str) -> bool:
    """Tell whether a module of ours has been built, without importing it."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


built = pytest.mark.skipif(
    not (README.exists() and there("yesand.cli")), reason="no README or no command line yet"
)


def docs() -> str:
    """Return all that we say to users and to newcomers."""
    return "\n".join(page.read_text("utf-8") for page in PAGES if page.exists())


def typed() -> list[str]:
    """Return every line that our pages tell people to type."""
    fenced = re.findall(r"^```[a-z]*\n(.*?)^```", docs(), re.M | re.S)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", docs(), flags=re.M | re.S))
    lines = [line for block in fenced for line in block.splitlines()] + inline
    return [re.sub(r"^[$>] ", "", line.strip()) for line in lines]


def commands(command: Any = None, words: str = "yesand") -> Iterator[str]:
    """Yield every command of the command line as one types it: ``yesand gate``."""
    if command is None:
        import typer

        from yesand.cli import app

        command = typer.main.get_command(app)
    inner = getattr(command, "commands", {})
    if not inner:
        yield words
    for name, child in inner.items():
        if not child.hidden:
            yield from commands(child, f"{words} {name}")


def targets() -> list[str]:
    """Return every target of the Makefile that ``make help`` lists."""
    return re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.M)


def variables() -> set[str]:
    """Return every environment variable that our code asks for."""
    asked = re.compile(r"\b(YESAND_[A-Z_]+[A-Z]|DATABASE_URL|HYPOTHESIS_PROFILE)\b")
    folders = ("src", "benchmarks", "conformance", "scripts", "tests", ".ci")
    files = [f for folder in folders for f in (ROOT / folder).rglob("*") if f.is_file()]
    readable = [
        f for f in files if f.suffix in {".py", ".html", ""} and "__pycache__" not in str(f)
    ]
    return {name for f in readable for name in asked.findall(f.read_text("utf-8", "ignore"))}


def absent(names: Iterator[str] | list[str] | set[str], form: str = "{}") -> list[str]:
    """Return the names that no page mentions in the given form."""
    text = docs()
    return [
        name
        for name in names
        if not re.search(rf"(?<![\w-]){re.escape(form.format(name))}(?![\w-])", text)
    ]


@built
def test_every_command_is_explained() -> None:
    assert absent(commands()) == []


@built
def test_every_command_that_a_page_names_exists() -> None:
    known = {c.split()[1] for c in commands()}
    named = {found[1] for line in typed() if (found := re.match(r"yesand ([a-z-]+)", line))}
    assert named - known == set()


def test_every_target_of_make_is_explained() -> None:
    assert absent(targets(), "make {}") == []


def test_every_target_that_a_page_names_exists() -> None:
    named = set(re.findall(r"`make ([a-z]+)", docs())) | set(
        re.findall(r"^make ([a-z]+)", docs(), re.M)
    )
    assert named - set(targets()) == set()


def test_every_environment_variable_is_explained() -> None:
    assert absent(variables()) == []


@built
def test_every_public_name_is_explained() -> None:
    assert absent(list(yesand.__all__)) == []


@pytest.mark.skipif(not there("yesand.royalties.units"), reason="no usage units yet")
def test_every_usage_unit_is_explained() -> None:
    from yesand.royalties.units import UNITS

    assert absent(list(UNITS), "`{}`") == []


@pytest.mark.skipif(not there("yesand.takes.layouts"), reason="no corpus layouts yet")
def test_every_corpus_layout_is_explained() -> None:
    from yesand.takes.layouts import LAYOUTS

    assert absent([layout.name for layout in LAYOUTS], "`{}`") == []


@pytest.mark.skipif(not there("yesand.reliance.estimators"), reason="no estimators yet")
def test_every_reliance_estimator_is_explained() -> None:
    from yesand.reliance.estimators import names

    assert absent(list(names()), "`{}`") == []


@built
@pytest.mark.parametrize("name", yesand.__all__)
def test_every_public_name_has_an_example_that_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    thing = getattr(yesand, name)
    found = [t for t in doctest.DocTestFinder(recurse=False).find(thing, name) if t.examples]
    assert found, f"yesand.{name} needs an example in its docstring"
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    said: list[str] = []
    for test in found:
        runner.run(test, out=said.append)
    assert runner.failures == 0, "".join(said)


def test_every_dependency_has_its_reason_written_down() -> None:
    project = PYPROJECT["project"]
    listed = [
        *project["dependencies"],
        *(d for e in project["optional-dependencies"].values() for d in e),
    ]
    names = {re.split(r"[\[<>=~!; ]", line)[0] for line in listed}
    reasons = (ROOT / "docs" / "decisions.md").read_text("utf-8").lower()
    assert sorted(n for n in names if f"`{n.lower()}`" not in reasons) == []


@built
@pytest.mark.parametrize("page", [p for p in PAGES if p.exists()], ids=lambda p: p.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.S)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [
        link for link in links if link and "://" not in link and not link.startswith("mailto:")
    ]
    assert [link for link in local if not (page.parent / link).exists()] == []


@built
def test_every_path_of_ours_that_a_page_names_exists() -> None:
    named = set(
        re.findall(r"`((?:src|tests|benchmarks|conformance|contracts|scripts)/[\w./-]+)`", docs())
    )
    assert sorted(path for path in named if not (ROOT / path).exists()) == []
