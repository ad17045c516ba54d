"""Answers a second on one core, each decided and metered, beside the bare model in a loop.

Ours is ``Predictor.predict`` on a recording's bytes: read, in service or not, permitted or not,
heard, and its usage kept in the buffer on the disk before the answer is given. The peer is the
floor: libsndfile, the same features and the same weights, with nobody asked and nothing counted.
Both in turns, three seconds of speech-like noise each, fresh weights of the recipe's own shape.
"""

from __future__ import annotations

import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import soundfile
import torch

from benchmarks.harness import Result, least_cpu
from yesand.affect.features import RATE
from yesand.affect.listening import VERSION, hear
from yesand.affect.voice_model import Shape, build
from yesand.agreements.clause import Request
from yesand.agreements.vocabulary import Purpose, UseClass
from yesand.corpus.manifest import SignedManifest
from yesand.metering import Meter
from yesand.oversight.feed.line import Line
from yesand.serving import Predictor, Use
from yesand.serving.standing import Said, Standing
from yesand.serving.voice import Voice
from yesand.training.folder import Loaded

ANSWERS, SECONDS, TURNS = 40, 3, 25
_USE = Use.parse({"purpose": "entertainment", "territory": "DE", "setting": "elsewhere"})
_LABELS = tuple("angry calm disgust fearful happy neutral sad surprised".split())
#: No house is there: what is metered waits on the disk, as it does for a moment with one.
_NOWHERE = "http://127.0.0.1:9"


def run() -> Result:
    """Measure both in one process, and return answers a second."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    loaded = Loaded(build(len(_LABELS), Shape(), 0).eval(), _LABELS, {"features": VERSION})
    recording = _recording()
    try:
        with tempfile.TemporaryDirectory() as folder, _predictor(loaded, Path(folder)) as ours:
            mine, bare = least_cpu(
                [
                    lambda: [ours.predict(recording, use=_USE) for _ in range(ANSWERS)],
                    lambda: [_bare(loaded, recording) for _ in range(ANSWERS)],
                ],
                TURNS,
            )
            ours.close(0)
    finally:
        torch.set_num_threads(threads)
    return Result(
        name="serving",
        what=f"answers a second on one core to recordings of {SECONDS} s, each decided and metered",
        value=ANSWERS / mine,
        unit="answers/s",
        peer="the bare model in a loop, the floor",
        peer_value=ANSWERS / bare,
        higher_is_better=True,
    )


def _recording() -> bytes:
    luck, file = np.random.default_rng(0), io.BytesIO()
    soundfile.write(file, 0.1 * luck.standard_normal(SECONDS * RATE), RATE, format="WAV")
    return file.getvalue()


def _bare(loaded: Loaded, recording: bytes) -> object:
    samples, rate = soundfile.read(io.BytesIO(recording), dtype="float32")
    return loaded.probability([hear(samples, rate)])


def _predictor(loaded: Loaded, folder: Path) -> Predictor:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    asked = Request("acme", Purpose.ENTERTAINMENT, UseClass.RECOGNITION, began, territory="DE")
    manifest = SignedManifest("ab" * 32, asked.as_json(), (), 0, False, {})
    standing = Standing(Line(_NOWHERE), "coach", "cd" * 32, manifest.digest, folder)
    standing.said = Said("acme", "voice", began, None, standing.clock.now())
    meter = Meter(_NOWHERE, "token", buffer=folder / "usage")
    return Predictor(Voice(loaded, standing.model, {}), standing, manifest, meter)
