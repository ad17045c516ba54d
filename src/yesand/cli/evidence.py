"""``yesand verify``: check an evidence bundle offline, without the house."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import yesand
from yesand.cli.output import AsJson, tell


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("verify")(verify)


def verify(
    bundle: Annotated[Path, typer.Argument(help="The evidence bundle.")], as_json: AsJson = False
) -> None:
    """Check every signature, proof and figure of an evidence bundle, trusting nobody."""
    verdict = yesand.verify(bundle)
    tell(asdict(verdict), *verdict.lines(), as_json=as_json)
