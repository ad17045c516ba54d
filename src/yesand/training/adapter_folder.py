"""An adapter in its folder: its weights as safetensors, loaded as a head is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from yesand.affect.adapter import Adapter, Form
from yesand.affect.head.brought import Brought
from yesand.affect.head.sources import opened
from yesand.kernel.errors import BadInput, NotFound
from yesand.training.head_folder import LoadedHead, described, trusted

FORMAT = "yes-and adapter 1"


def write(path: Path, model: Adapter) -> None:
    """Write an adapter's weights; equal ones give equal bytes."""
    path.write_bytes(save({name: v.contiguous() for name, v in model.state_dict().items()}))


def load(path: Path, told: Mapping[str, Any], brought: Brought | None = None) -> LoadedHead:
    """Load an adapter by what its folder says of it.

    Raises
    ------
    NotFound, BadInput, CheckFailed : as for ``head_folder.load``.
    """
    known, labels = opened(described(told), brought), tuple(told["labels"])
    model = Adapter(known.width, len(labels), Form.parse(told["settings"].get("form") or {}))
    try:
        model.load_state_dict(load_file(path))
    except FileNotFoundError as fault:
        raise NotFound("The model's weights are missing", where=str(path)) from fault
    except (SafetensorError, RuntimeError, OSError) as fault:
        first = str(fault).splitlines()[0]
        raise BadInput(f"The weights do not fit: {first}", where=str(path)) from fault
    with torch.inference_mode():
        if not all(bool(v.isfinite().all()) for v in model.state_dict().values()):
            raise BadInput("The weights hold a number that is none", where=str(path))
    known.ready()
    return LoadedHead(model.eval(), known, labels, told, trusted(told))
