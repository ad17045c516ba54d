"""An encoder's folder: what may be opened, and by which name its rows are kept.

Weights are read as safetensors alone: to open a pickle is to run its maker's code. Nothing is
ever fetched: the folder lies on this machine or there is no encoder.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from yesand.affect.encoders.pooling import Pooling
from yesand.kernel.errors import BadInput, NotFound
from yesand.kernel.ids import digest_file, digest_of

#: Names the recipe (levels, windows, sums): any change to it needs a new one.
RECIPE = "encoder-v1"
#: Hz. What wav2vec 2.0 and all that followed it were trained at, where a folder does not say.
RATE = 16_000
_REMEDY = (
    "Give a folder as `save_pretrained` of transformers writes it: config.json and safetensors."
)


def described(folder: Path) -> dict[str, Any]:
    """Return an encoder's configuration.

    Raises
    ------
    NotFound : no such folder. BadInput : no configuration, weights that are no safetensors, or
        an encoder that asks for code of its own.
    """
    if not folder.is_dir():
        raise NotFound(
            "No such folder", where=str(folder), remedy="Nothing is downloaded: put it there first."
        )
    told = _json(folder / "config.json")
    if "auto_map" in told:
        raise BadInput(
            "This encoder asks to run code of its own, which is never done",
            where=str(folder),
            remedy="Take one whose architecture transformers itself knows.",
        )
    if not any(folder.glob("*.safetensors")):
        raise BadInput("No weights as safetensors", where=str(folder), remedy=_REMEDY)
    return told


def listening(folder: Path) -> tuple[int, bool]:
    """Return the rate that an encoder hears, in Hz, and whether it wants takes at one level."""
    path = folder / "preprocessor_config.json"
    told = _json(path) if path.exists() else {}
    rate = told.get("sampling_rate", RATE)
    if not isinstance(rate, int) or not 4_000 <= rate <= 192_000:
        raise BadInput(f"No rate that anything is heard at: {rate!r}", where=str(path))
    return rate, bool(told.get("do_normalize", True))


def version_of(folder: Path, layer: int, pooling: Pooling, device: str = "cpu") -> str:
    """Return the name of the rows: a digest of every file, the layer, pooling, kind of device.

    Parameters
    ----------
    layer : counted from 0, what the convolutions give, upwards.
    device : as torch names it; another kind adds up otherwise, and its rows are others.
    """
    files = {
        path.relative_to(folder).as_posix(): digest_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    }
    told = {"recipe": RECIPE, "files": files, "layer": layer, "pooling": pooling.value}
    if (kind := device.partition(":")[0]) != "cpu":
        told["device"] = kind
    return f"{RECIPE}-{digest_of(told)[:32]}"


def _json(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as fault:
        raise BadInput(f"No {path.name} here", where=str(path.parent), remedy=_REMEDY) from fault
    except (OSError, ValueError) as fault:
        raise BadInput("Cannot be read as JSON", where=str(path), remedy=_REMEDY) from fault
    if not isinstance(told, dict):
        raise BadInput("Cannot be read as JSON's object", where=str(path), remedy=_REMEDY)
    return told
