"""``yesand quality``: what is wrong with recordings, before a house takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from yesand.cli.output import AsJson, progressing, table, tell
from yesand.cli.tables import files
from yesand.kernel.errors import BadInput
from yesand.takes.loudness import true_peak
from yesand.takes.quality import findings, measure
from yesand.takes.sound import read
from yesand.takes.video.facts import kind_of
from yesand.takes.video.reading import can_decode, picture

_COLUMNS = [
    "file", ">seconds", ">voice s", ">SNR dB", ">LUFS", ">dBTP", ">clipped %", "by", "found",
]  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("quality")(quality)


def quality(
    recordings: Annotated[list[Path], typer.Argument(help="Recordings, or folders of them.")],
    as_json: AsJson = False,
) -> None:
    """Tell what is wrong with recordings, in figures, before a house takes them."""
    paths = files(recordings)
    _decodable(paths)
    told = []
    with progressing("Listening", as_json=as_json) as progress:
        for done, path in enumerate(paths):
            progress(done, len(paths), "quality")
            told.append({"file": str(path), **_heard(path)})
    if as_json:
        tell({"recordings": told}, as_json=True)
    else:
        table("Recordings", _COLUMNS, [_row(one) for one in told])
    rejected = sum(one["rejected"] for one in told)
    if rejected:
        raise typer.Exit(1)


def _decodable(paths: list[Path]) -> None:
    """Refuse to call a video bad where it is only that nothing here can open it."""
    if can_decode():
        return
    for path in paths:
        kind = kind_of(path) if path.is_file() else None
        if kind is not None:
            picture(path, kind)  # tells what to install


def _heard(path: Path) -> dict[str, Any]:
    """Return a recording's figures and findings, or why it has none."""
    try:
        sound = read(path)
    except BadInput as fault:
        return {"fault": fault.what, "findings": [], "rejected": True}
    figures = measure(sound)
    found = [one.as_json() for one in findings(figures)]
    peak = round(true_peak(sound.samples), 2)
    rejected = any(one["rejects"] for one in found)
    return {**figures.as_json(), "true_peak_dbtp": peak, "findings": found, "rejected": rejected}


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    name = Path(one["file"]).name
    if "fault" in one:
        return (name, *[""] * 7, one["fault"])
    snr = "–" if one["snr_db"] is None else f"{one['snr_db']:.0f}"
    said = [f"{f['reason']}{' (rejects it)' * f['rejects']}" for f in one["findings"]]
    levels = (f"{one['lufs']:.1f}", f"{one['true_peak_dbtp']:.1f}", f"{100 * one['clipped']:.2f}")
    lengths = (f"{one['seconds']:.2f}", f"{one['voiced_s']:.2f}", snr)
    return (name, *lengths, *levels, one["detector"], "; ".join(said) or "good")
