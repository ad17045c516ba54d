"""What commands print: a few lines for people, or JSON with ``--json``; progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from yesand.kernel.errors import YesAndError
from yesand.kernel.progress import Progress

screen = Console(highlight=False, soft_wrap=True)
_aside = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
HouseFolder = Annotated[
    Path, typer.Option("--house", "-H", envvar="YESAND_HOUSE", help="The house's folder.")
]


#: What is printed for people: a string as it stands, or what ``styled`` made.
Line = str | Text


def styled(line: str, *told: object) -> Text:
    """Return a line with Rich's marks; what fills its ``{}`` is shown as it stands.

    A file may be called ``[bold]take.wav``.
    """
    return Text.from_markup(line.format(*(escape(str(value)) for value in told)))


def marks(*, trial: bool, synthetic: bool) -> str:
    """Return the marks that nobody may overlook, for the end of a ``styled`` line."""
    seen = [("TRIAL", trial), ("SYNTHETIC", synthetic)]
    return "".join(f" [bold white on red] {word} [/]" for word, so in seen if so)


def show(*lines: Line) -> None:
    """Print lines for people; marks in a string are no marks."""
    for line in lines:
        screen.print(line, markup=False)


def tell(result: dict[str, Any], *lines: Line, as_json: bool) -> None:
    """Print the result: JSON for programs, the lines for people."""
    if as_json:
        sys.stdout.write(json.dumps(result, indent=2, default=str, ensure_ascii=False) + "\n")
        return
    show(*lines)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; columns whose name starts with ``>`` are figures, set right."""
    drawn = Table(
        title=Text(title), title_justify="left", box=None, header_style="bold", pad_edge=False
    )
    for name in columns:
        drawn.add_column(name.lstrip(">"), justify="right" if name.startswith(">") else "left")
    for row in rows:
        drawn.add_row(*(Text(str(cell)) for cell in row))
    screen.print(drawn)


@contextmanager
def progressing(what: str, *, as_json: bool = False) -> Iterator[Progress]:
    """Show a bar on stderr while work goes on, unless JSON was asked for."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}", style="dim", markup=False),
    )
    with Bar(
        *columns, console=_aside, disable=as_json or not _aside.is_terminal, transient=True
    ) as bar:
        task = bar.add_task(what, total=None, note="")

        def news(done: int, total: int, note: str = "") -> None:
            bar.update(task, completed=done, total=total, note=note)

        yield news


class Said:
    """Lines on what goes on, shown on stderr at once, above the bar; with JSON they are kept."""

    def __init__(self, as_json: bool) -> None:
        self.as_json, self.lines = as_json, list[str]()

    def __call__(self, line: str) -> None:
        """Take a line."""
        self.lines.append(line)
        if not self.as_json:
            _aside.print(line, markup=False, style="dim")


def complain(fault: YesAndError, *, as_json: bool) -> None:
    """Print an error in one line on stderr."""
    if as_json:
        sys.stderr.write(json.dumps(fault.as_dict(), ensure_ascii=False) + "\n")
    else:
        sentence = " ".join(fault.sentence().split())
        _aside.print(styled("[bold red]✗[/] {}", sentence), soft_wrap=True)
