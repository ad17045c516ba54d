"""``yesand serve-model`` and ``export-onnx``: a model where it is used, on a licensee's machine."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Any

import typer

from yesand.cli.output import AsJson, styled, tell
from yesand.kernel.errors import NotFound, Refused
from yesand.kernel.vault import told

#: The shortest token that a server takes: what a vault makes, beyond guessing.
_SHORTEST = 20


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("serve-model")(serve_model)
    app.command("export-onnx")(export_onnx)


def serve_model(
    folder: Annotated[Path, typer.Argument(help="The model's folder.")],
    house: Annotated[
        str, typer.Argument(help="The house's address, e.g. https://house.example, or its folder.")
    ],
    deployment: Annotated[
        str, typer.Option(help="The deployment that it answers for; a house here begins one.")
    ] = "",
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port.")] = 8100,
    state: Annotated[
        Path | None, typer.Option(help="Keeps usage that waits; FOLDER.state else.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="The signed manifest; else it is fetched once.")
    ] = None,
    key: Annotated[str, typer.Option(help="The log's key, if you know it (name+id+base64).")] = "",
    threshold: Annotated[
        float | None, typer.Option(help="Abstain below this probability; none: as the card says.")
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(help="What is counted: inference-second (unless said), request."),
    ] = None,
    every: Annotated[
        float, typer.Option(min=1, help="Seconds between asking the house if it still serves.")
    ] = 60.0,
) -> None:
    """Serve a model by HTTP for a deployment in service; every answer is metered.

    YESAND_TOKEN is yours at the house; YESAND_SERVE_TOKEN is what your programs send here. For a
    house's folder on this machine both are made, and the model is put in service.
    """
    from yesand.serving.predictor import SECONDS, check_settings

    units = unit or [SECONDS]
    check_settings(units, threshold or 0)
    how = {"state": state, "manifest": manifest, "key": key}
    answers = {"threshold": threshold, "units": units, "every": timedelta(seconds=every)}
    here = Path(house)
    if not here.is_dir() and not house.startswith(("http://", "https://")):
        raise NotFound(
            "No house here", where=house, remedy="Give its folder, or its address with https://."
        )
    if not here.is_dir():
        asked = {"house": house, "deployment": deployment, "token": told("YESAND_TOKEN"), **how}
        _serve(folder, asked, answers, _checked(told("YESAND_SERVE_TOKEN")), host, port)
        return
    from yesand.cli.serving_here import beside
    from yesand.training.folder import check_brought

    check_brought(folder)  # before it is put in service
    with beside(here, folder, deployment) as found:
        theirs = told("YESAND_SERVE_TOKEN")
        mine = _checked(theirs) if theirs else token_urlsafe(32)
        asked = {"house": found.url, "deployment": found.deployment, "token": found.token, **how}
        print(f"{found.deployment} {'begins now' if found.began else 'is in service'}.")
        if not theirs:
            print(f"YESAND_SERVE_TOKEN={mine}   # your programs send it, until this ends")
        _serve(folder, asked, answers, mine, host, port)


def _checked(token: str) -> str:
    if len(token) < _SHORTEST:
        raise Refused(
            f"YESAND_SERVE_TOKEN has fewer than {_SHORTEST} characters",
            remedy="Have your vault make one, e.g. `openssl rand -hex 32`; your programs send it.",
        )
    return token


def _serve(
    folder: Path,
    asked: dict[str, Any],
    answers: dict[str, Any],
    token: str,
    host: str,
    port: int,
) -> None:
    """Answer for a deployment until interrupted."""
    from yesand.serving.opening import in_service
    from yesand.serving.predictor import Predictor
    from yesand.serving.wsgi import serve
    from yesand.training.folder import check_brought

    in_service(folder, **asked)  # refused here, it is told in one line
    check_brought(folder)
    serve(lambda: Predictor.open(folder, **asked, **answers), token, host, port)


def export_onnx(
    folder: Annotated[Path, typer.Argument(help="The model's folder.")],
    out: Annotated[Path, typer.Argument(help="The file to write, e.g. model.onnx.")],
    as_json: AsJson = False,
) -> None:
    """Write a model as one ONNX file, from samples to probabilities, and compare the two."""
    from yesand.serving.exporting import export

    made = export(folder, out)
    tell(
        {
            "file": str(made.path),
            "model": made.model,
            "sounds": made.sounds,
            "largest_difference": made.difference,
        },
        styled("[bold]{}[/] holds model {}", made.path, made.model[:16]),
        f"On {made.sounds} sounds no probability differs by more than {made.difference:.1e}.",
        "It counts nothing by itself: meter each use with yesand.metering.",
        as_json=as_json,
    )
