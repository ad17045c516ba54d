"""``yesand serve-model`` and ``export-onnx``: a model where it is used, on a licensee's machine."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from yesand.cli.output import AsJson, styled, tell
from yesand.kernel.errors import Refused
from yesand.kernel.vault import told

#: The shortest token that a server takes: what a vault makes, beyond guessing.
_SHORTEST = 20


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("serve-model")(serve_model)
    app.command("export-onnx")(export_onnx)


def serve_model(
    folder: Annotated[Path, typer.Argument(help="The model's folder.")],
    house: Annotated[str, typer.Argument(help="The house's address, e.g. https://house.example")],
    deployment: Annotated[str, typer.Option(help="The deployment that it answers for.")],
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

    YESAND_TOKEN is yours at the house; YESAND_SERVE_TOKEN is what your programs send here.
    """
    token = told("YESAND_SERVE_TOKEN")
    if len(token) < _SHORTEST:
        raise Refused(
            f"YESAND_SERVE_TOKEN has fewer than {_SHORTEST} characters",
            remedy="Have your vault make one, e.g. `openssl rand -hex 32`; your programs send it.",
        )
    from yesand.serving.opening import in_service
    from yesand.serving.predictor import SECONDS, Predictor, check_settings
    from yesand.serving.wsgi import serve
    from yesand.training.folder import check_brought

    where: dict[str, Any] = {
        "deployment": deployment,
        "house": house,
        "token": told("YESAND_TOKEN"),
        "state": state,
        "manifest": manifest,
        "key": key,
    }
    in_service(folder, **where)  # refused here, it is told in one line
    check_brought(folder)

    def opens() -> Predictor:
        pace = timedelta(seconds=every)
        units = unit or [SECONDS]
        return Predictor.open(folder, **where, threshold=threshold, units=units, every=pace)

    check_settings(unit or [SECONDS], threshold or 0)
    serve(opens, token, host, port)


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
