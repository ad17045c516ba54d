"""Before a model answers: is a deployment of exactly these files in service?"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from yesand.corpus.manifest import SignedManifest
from yesand.kernel import durable
from yesand.kernel.clock import Clock
from yesand.kernel.errors import NotFound
from yesand.oversight.feed.line import Line
from yesand.oversight.feed.watching import LONGEST
from yesand.serving.errors import NotServing
from yesand.serving.standing import MANIFEST, Standing
from yesand.training import folder as folders
from yesand.training.digest import model_digest

PathLike = str | os.PathLike[str]


def in_service(
    folder: PathLike,
    *,
    deployment: str,
    house: str,
    token: str,
    state: PathLike | None = None,
    manifest: PathLike | None = None,
    key: str = "",
    longest: timedelta = LONGEST,
    clock: Clock | None = None,
) -> tuple[Standing, SignedManifest]:
    """Check that a deployment of exactly a folder's files is in service; no weights are loaded.

    Parameters, and what it raises, are those of ``Predictor.open``.
    """
    where = Path(folder)
    if not deployment or not token:
        raise NotServing(
            "Without a deployment nothing is answered",
            where=str(where),
            remedy="Name one (deployment) and give your token (YESAND_TOKEN).",
        )
    kept = Path(state) if state else where.with_name(f"{where.name}.state")
    told = str(folders.about(where).get("manifest", ""))
    if manifest is not None:
        _keep(Path(manifest), kept / MANIFEST)
    standing = Standing(
        Line(house, token), deployment, model_digest(where), told, kept, key, longest,
        clock or Clock(),
    )  # fmt: skip
    return standing, standing.open()


def _keep(told: Path, here: Path) -> None:
    try:
        durable.write(here, told.read_bytes())
    except FileNotFoundError as fault:
        raise NotFound("No such manifest", where=str(told)) from fault
