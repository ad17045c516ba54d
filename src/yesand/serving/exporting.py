"""A model as one ONNX file, from samples to probabilities, with outputs shown to be equal.

A model that hears prosody takes it as a second input (``affect.prosody.rows.row``).
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from yesand.affect import features, listening
from yesand.affect.dimensions.reading import Read
from yesand.affect.graph import DIMENSIONS, PROBABILITY, TRACE, TRACE_MS, Graph
from yesand.affect.prosody.rows import NAMES
from yesand.affect.sharded import Sharded
from yesand.affect.voice_model import VoiceModel
from yesand.kernel import durable
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.serving.voice import Voice
from yesand.training.folder import Loaded

#: ONNX's set of operators, as onnxruntime has known it since 2022.
OPSET = 17
#: Two answers to one sound may differ by so much and no more, in probability: features are kept in
#: half precision, and a sum in another order may round to the next step.
LARGEST = 1e-3
SIGNAL, PROSODY = "signal", "prosody"
Floats = NDArray[np.float32]
_STEP_MS = 20.0


@dataclass(frozen=True)
class Exported:
    """What was written, and how far the two ever differed."""

    path: Path
    model: str
    sounds: int
    difference: float


def export(folder: Path, out: Path) -> Exported:
    """Write a model as one ONNX file, and compare both on sounds of many kinds.

    Raises
    ------
    NotFound, BadInput : no model there, or ``onnx`` is not installed.
    Refused : a file is there already. CheckFailed : the two differ; then nothing is written.
    """
    if find_spec("onnx") is None or find_spec("onnxruntime") is None:
        raise BadInput("ONNX is not installed", remedy="pip install 'yesand[train,onnx]'")
    if out.exists():
        raise Refused("Something lies there already", where=str(out), remedy="Name another file.")
    voice = Voice.open(folder)
    if not isinstance(voice.loaded, Loaded):
        raise Refused(
            "A head or an adapter cannot be written as one graph with what it hears or sees by: "
            "pitch is found by a search that ONNX has no words for, and encoders and models of "
            "faces are their makers'",
            where=str(folder),
            remedy="Serve it by yesand serve-model, or train a network.",
        )
    if isinstance(voice.loaded.model, Sharded):
        raise Refused(
            "A network of parts is not written as one graph yet",
            where=str(folder),
            remedy="Serve it by yesand serve-model, or train without --shards.",
        )
    data = _named(_traced(voice), voice)
    sounds = list(trial_sounds())
    difference = compared(voice, data, sounds)
    if not difference <= LARGEST:
        raise CheckFailed(
            f"The graph answers otherwise than the model, by up to {difference:.2g}",
            where=str(folder),
            remedy="Serve it by yesand serve-model; this version cannot write it as ONNX.",
        )
    durable.write(out, data)
    return Exported(out, voice.digest, len(sounds), difference)


def trial_sounds() -> Iterator[Floats]:
    """Yield sounds of 0.1 to 12 s at 16 kHz: tones, noise, clicks, silence around and within."""
    luck = np.random.default_rng(0)
    for seconds in (0.1, 0.33, 0.7, 1.0, 1.93, 3.0, 12.0):
        time = np.arange(int(seconds * features.RATE)) / features.RATE
        tone = 0.3 * np.sin(2 * np.pi * luck.uniform(90, 900) * time * (1 + 0.1 * time))
        noise = 0.05 * luck.standard_normal(len(time))
        swell = np.sin(np.pi * time / seconds) ** 4
        for one in (tone, noise, tone * swell + 0.01 * noise, (time % 0.25 < 0.01) * tone):
            yield one.astype(np.float32)
        yield np.concatenate([np.zeros(3_001), tone, np.zeros(7_777)]).astype(np.float32)


def compared(voice: Voice, data: bytes, sounds: list[Floats]) -> float:
    """Return the largest difference of any probability or value between the model and its graph."""
    import onnxruntime

    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    assert isinstance(voice.loaded, Loaded)
    heard = [listening.hear(one, features.RATE) for one in sounds]
    asks = {given.name for given in session.get_inputs()}
    given = [
        {SIGNAL: sound, PROSODY: one.prosody} for sound, one in zip(sounds, heard, strict=True)
    ]
    names = [put.name for put in session.get_outputs()]
    ours = voice.loaded.read(heard, trace=True)
    far = 0.0
    for n, one in enumerate(given):
        found = session.run(names, {name: one[name] for name in asks})
        told = _told(ours, n)
        pairs = zip(names, found, strict=True)
        far = max(far, *(_apart(name, told[name], value) for name, value in pairs))
    return far


def _told(ours: Read, n: int) -> dict[str, NDArray[Any]]:
    """Return what the model itself says of a sound, as the graph puts it out."""
    told: dict[str, NDArray[Any]] = {PROBABILITY: ours.probability[n]}
    if ours.values is not None:
        told[DIMENSIONS] = np.array([one.value for one in ours.values[n].values()])
    if ours.curves is not None:
        lines = [np.array(one.points) for one in ours.curves[n].values()]
        told[TRACE] = np.stack([line[:, 1] for line in lines], axis=1)
        told[TRACE_MS] = lines[0][:, 0]
    return told


def _apart(name: str, ours: NDArray[Any], theirs: NDArray[Any]) -> float:
    if ours.shape != theirs.shape:
        return float("inf")
    apart = float(np.abs(ours - theirs).max())
    if name == TRACE_MS:  # no answer; by rounding, silence may end a step earlier
        return 0.0 if apart <= _STEP_MS else float("inf")
    return apart


def _traced(voice: Voice) -> bytes:
    assert isinstance(voice.loaded, Loaded) and isinstance(voice.loaded.model, VoiceModel)
    graph = Graph(voice.loaded.model, voice.loaded.outs)
    sound = torch.sin(torch.arange(4 * features.RATE) / 9.0)
    inputs = {SIGNAL: sound}
    if voice.loaded.model.plain:
        inputs[PROSODY] = torch.zeros(len(NAMES))
    named = {*inputs, *graph.outputs}
    with TemporaryDirectory() as folder, warnings.catch_warnings(), torch.inference_mode():
        file = Path(folder) / "model.onnx"
        # PyTorch's other exporter knows no places that the sound itself decides.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            graph,
            tuple(inputs.values()),
            file,
            input_names=list(inputs),
            output_names=graph.outputs,
            dynamic_axes={name: axes for name, axes in _AXES.items() if name in named},
            opset_version=OPSET,
            dynamo=False,
        )
        return file.read_bytes()


_AXES = {SIGNAL: {0: "samples"}, TRACE: {0: "windows"}, TRACE_MS: {0: "windows"}}


def _named(data: bytes, voice: Voice) -> bytes:
    """Return the file with what it is and may be used for in it, checked by ONNX itself."""
    import onnx

    model = onnx.load_model_from_string(data)
    asks = {given.name for given in model.graph.input}
    axes, traced = voice.axes
    told: dict[str, Any] = {
        "model": voice.digest,
        "manifest": voice.manifest,
        "emotions": list(voice.loaded.labels),
        **({DIMENSIONS: list(axes), "within": _within(voice)[0]} if axes else {}),
        **({TRACE: list(traced), "trace_within": _within(voice)[1]} if traced else {}),
        "features": voice.loaded.about["features"],
        "rate": features.RATE,
        "input": _INPUT,
        **({"prosody": list(NAMES)} if PROSODY in asks else {}),
        "bound_to": voice.card.get("bound_to", {}),
        "notices": [*voice.card.get("notices", []), _METERED],
    }
    for name, value in told.items():
        model.metadata_props.add(
            key=name, value=value if isinstance(value, str) else json.dumps(value)
        )
    onnx.checker.check_model(model, full_check=True)
    made: bytes = model.SerializeToString()
    return made


def _within(voice: Voice) -> tuple[list[float], list[float]]:
    """Return how far off nine of ten values lay, of takes and of moments, in their axes' order."""
    assert isinstance(voice.loaded, Loaded)
    both = (voice.loaded.outs.take, voice.loaded.outs.moment)
    take, moment = ([round(w, 4) for w in one.within.tolist()] if one else [] for one in both)
    return take, moment


_INPUT = (
    "signal: one channel, float32, full scale -1 to 1, 16 kHz; prosody, if it is asked for: the "
    "same sound's by yesand.affect.prosody.rows.row, float32"
)
_METERED = (
    "This file counts nothing by itself: meter each use with yesand.metering. It is the registered "
    "model in another form, and royalties are owed for it all the same."
)
