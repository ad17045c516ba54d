"""``yesand channels``: a duo's recording as one take for each performer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yesand.cli.output import AsJson, table, tell
from yesand.takes.channels import channels as found_in
from yesand.takes.channels import write
from yesand.takes.sound import read


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("channels")(channels)


def channels(
    recording: Annotated[Path, typer.Argument(help="A recording or video of several performers.")],
    out: Annotated[Path, typer.Option(help="A folder for one FLAC a channel.")],
    as_json: AsJson = False,
) -> None:
    """Take a recording of several performers apart, a take for each channel."""
    sound = read(recording)
    found = found_in(sound)
    paths = write(found, sound.rate, out, recording.stem)
    told = [
        {"file": str(path), "channel": c.number, "voiced_s": c.voiced_s, "leak_db": c.leak_db}
        for path, c in zip(paths, found, strict=True)
    ]
    if as_json:
        tell({"channels": told}, as_json=True)
        return
    rows = [
        (c.number, f"{c.voiced_s:.1f}", "–" if c.leak_db is None else f"{c.leak_db:.0f}", path)
        for path, c in zip(paths, found, strict=True)
    ]
    table("Channels", ["channel", ">voice s", ">others dB", "file"], rows)
