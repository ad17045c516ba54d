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
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from yesand.kernel.errors import YesAndError
from yesand.kernel.progress import Progress

screen = Console(highlight=False, soft_wrap=True)
_aside = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
HouseFolder = Annotated[
    Path, typer.Option("--house", "-H", envvar="YESAND_HOUSE", help="The house's folder.")
]


def tell(result: dict[str, Any], *lines: str, as_json: bool) -> None:
    """Print the result: JSON for programs, the lines for people."""
    if as_json:
        sys.stdout.write(json.dumps(result, indent=2, default=str, ensure_ascii=False) + "\n")
        return
    for line in lines:
        screen.print(line)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; columns whose name starts with ``>`` are figures, set right."""
    drawn = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for name in columns:
        drawn.add_column(name.lstrip(">"), justify="right" if name.startswith(">") else "left")
    for row in rows:
        drawn.add_row(*map(str, row))
    screen.print(drawn)


@contextmanager
def progressing(what: str, *, as_json: bool = False) -> Iterator[Progress]:
    """Show a bar on stderr while work goes on, unless JSON was asked for."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[note]}"),
    )
    with Bar(
        *columns, console=_aside, disable=as_json or not _aside.is_terminal, transient=True
    ) as bar:
        task = bar.add_task(what, total=None, note="")

        def news(done: int, total: int, note: str = "") -> None:
            bar.update(task, completed=done, total=total, note=note)

        yield news


def complain(fault: YesAndError, *, as_json: bool) -> None:
    """Print an error in one line on stderr."""
    if as_json:
        sys.stderr.write(json.dumps(fault.as_dict(), ensure_ascii=False) + "\n")
    else:
        _aside.print(f"[bold red]✗[/] {_plain(fault.sentence())}", soft_wrap=True)


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(" ".join(text.split()))
