"""Encoders of random weights, saved as transformers saves any, and takes for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

RATE = 16_000
WIDTH = 24


def encoder(folder: Path, kind: str = "Hubert", seed: int = 0, **told: Any) -> Path:
    """Save an encoder with three layers of 24 units."""
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()
    small = {
        "hidden_size": WIDTH,
        "num_hidden_layers": 3,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "conv_dim": [16] * 7,
        "num_conv_pos_embeddings": 16,
        "num_conv_pos_embedding_groups": 2,
        **told,
    }
    torch.manual_seed(seed)
    config = getattr(transformers, f"{kind}Config")(**small)
    getattr(transformers, f"{kind}Model")(config).save_pretrained(folder)
    said = {"do_normalize": True, "sampling_rate": RATE}
    (folder / "preprocessor_config.json").write_text(json.dumps(said))
    return folder


def take(path: Path, seed: int = 0, seconds: float = 0.5, rate: int = RATE, **how: Any) -> Path:
    """Write a short sound; the same seed gives the same content."""
    luck = np.random.default_rng(seed)
    time = np.arange(max(1, round(rate * seconds))) / rate
    tone = np.sin(2 * np.pi * luck.uniform(90, 260) * time)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, 0.3 * tone + 0.01 * luck.standard_normal(len(time)), rate, **how)
    return path
