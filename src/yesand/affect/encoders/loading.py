"""Loading an encoder through ``transformers``: from a folder, without code of the folder's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from yesand.kernel.errors import BadInput


def load(folder: Path, device: str) -> Any:
    """Return the encoder that lies in a folder, ready to listen.

    Raises
    ------
    BadInput : it cannot be opened, reads no samples, or lacks weights: a part that is missing
        would be made up by chance.
    """
    transformers = _transformers()
    try:
        model, found = transformers.AutoModel.from_pretrained(
            str(folder.resolve()),
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
            dtype=torch.float32,
        )
    except Exception as fault:  # whatever a library makes of a stranger's files
        why = str(fault).strip().partition("\n")[0].rstrip(".")[:200]
        raise BadInput(f"No encoder that can be opened: {why}", where=str(folder)) from fault
    # It hides frames while pre-training, and is not used to listen.
    missing = sorted(set(found["missing_keys"]) - {"masked_spec_embed"})
    if missing:
        raise BadInput(
            f"Weights are missing: {', '.join(missing[:3])}{' …' * (len(missing) > 3)}",
            where=str(folder),
            remedy="Save the whole encoder.",
        )
    if model.main_input_name != "input_values":
        raise BadInput(
            f"A {model.config.model_type} model reads {model.main_input_name}, no samples of sound",
            where=str(folder),
            remedy="Give wav2vec 2.0, HuBERT, WavLM, data2vec-audio or one like them.",
        )
    return model.eval().to(device)


def _transformers() -> Any:
    try:
        import transformers
    except ModuleNotFoundError as fault:
        raise BadInput(
            f"{fault.name} is missing", remedy='Install it: pip install "yesand[train,encoders]"'
        ) from fault
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    return transformers


def receptive(config: Any) -> int:
    """Return how many samples one frame needs (wav2vec 2.0: 400)."""
    needed = 1
    kernels, strides = getattr(config, "conv_kernel", None), getattr(config, "conv_stride", None)
    for kernel, stride in reversed(list(zip(kernels or (400,), strides or (320,), strict=True))):
        needed = (needed - 1) * stride + kernel
    return needed
