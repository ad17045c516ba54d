"""Corpus layouts: how public corpora, and anyone's own recordings, lie on disk.

**To add a layout**: write one module here with a class that has ``name``, ``expects``,
``recognises``, ``corpus`` and ``rows`` (see ``layout.Layout``; ``ravdess.py`` is the shortest
example), add one line to ``LAYOUTS`` below, and the corpus's own licence to
``agreements/corpora.json`` under the same name. Nothing else: import, faults, sessions,
disputes and repetition are the same for all.
"""

from __future__ import annotations

from pathlib import Path

from yesand.kernel.errors import BadInput
from yesand.takes.layouts.cremad import CremaD
from yesand.takes.layouts.emodb import EmoDB
from yesand.takes.layouts.iemocap import Iemocap
from yesand.takes.layouts.layout import BadRow, Layout, Prompt, Row
from yesand.takes.layouts.mspimprov import MspImprov
from yesand.takes.layouts.ravdess import Ravdess
from yesand.takes.layouts.table import Table

__all__ = ["LAYOUTS", "BadRow", "Layout", "Prompt", "Row", "detect", "named"]

#: In the order in which they are tried. A table speaks for itself, so it comes first.
LAYOUTS: tuple[Layout, ...] = (
    Table(),
    Ravdess(),
    EmoDB(),
    CremaD(),
    Iemocap(),
    MspImprov(),
)


def detect(root: Path) -> Layout:
    """Return the first layout that recognises the folder.

    Raises
    ------
    BadInput : no such folder, or none fits, with what was looked for.
    """
    if not root.exists():
        raise BadInput("No such file or folder", where=str(root), remedy="Check the path.")
    for layout in LAYOUTS:
        if layout.recognises(root):
            return layout
    tried = "; ".join(f"{layout.name} ({layout.expects})" for layout in LAYOUTS)
    raise BadInput(
        f"No known layout of recordings. Tried: {tried}",
        where=str(root),
        remedy="Write a takes.csv with the columns path, performer, emotion beside them.",
    )


def named(name: str) -> Layout:
    """Return the layout of that name.

    Raises
    ------
    BadInput : none is called that, with the names there are.
    """
    for layout in LAYOUTS:
        if layout.name == name:
            return layout
    known = ", ".join(layout.name for layout in LAYOUTS)
    raise BadInput(f"No layout called {name!r}", remedy=f"Use one of {known}.")
