"""Valence, arousal and dominance in answers: by HTTP, in streams, from Python and by ONNX."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
import onnxruntime
import pytest
from served_model import AS_USE, USE, Licensee, Served, form, samples
from tests.training.rated_whistles import MEANT

from yesand.affect.dimensions.reading import Curve, Value
from yesand.affect.features import RATE
from yesand.affect.listening import hear
from yesand.serving.answer import NO_TRACE, NO_VAD, Answer, judged
from yesand.serving.exporting import compared, export
from yesand.serving.sound import Sound
from yesand.serving.streaming import Stream
from yesand.serving.voice import Voice

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
AXES = ["valence", "arousal", "dominance"]


def test_an_answer_by_http_has_values_with_intervals_and_curves_if_asked(
    model: Served, licensee: Licensee
) -> None:
    data = licensee.recording().read_bytes()
    told = model.hear(data).told
    assert list(told["dimensions"]) == AXES and told["trace"] is None
    for axis, meant in zip(AXES, MEANT["glad"], strict=True):
        one = told["dimensions"][axis]
        assert one["value"] == told["vad"][axis] == pytest.approx(meant, abs=0.35)
        assert -1 <= one["low"] <= one["value"] <= one["high"] <= 1
    told = model.hear(data, trace="true").told
    ((at, value),) = told["trace"]["arousal"]["points"]
    assert 300 <= at <= 400 and -1 <= value <= 1 and told["trace"]["arousal"]["within"] > 0
    body, kind = form("recordings", {"take.wav": data})
    both = model.ask("POST", "/api/answers/batch", body, kind, trace="true", **USE).told
    assert both["answers"][0]["answer"] == told
    facts = model.ask("GET", "/api/model").told
    assert facts["dimensions"] == AXES and facts["traces"] == ["arousal"]


def test_the_description_tells_of_values_and_of_how_to_ask_for_curves(model: Served) -> None:
    with urlopen(f"http://127.0.0.1:{model.port}/openapi.json") as got:
        told = json.load(got)
    shapes = told["components"]["schemas"]
    assert {"dimensions", "trace", "vad"} <= set(shapes["AnswerOut"]["properties"])
    assert {"value", "low", "high"} == set(shapes["ValueOut"]["properties"])
    asked = {one["name"] for one in told["paths"]["/api/answers"]["post"]["parameters"]}
    assert "trace" in asked


def test_a_predictor_counts_the_same_whether_curves_are_asked_for_or_not(
    licensee: Licensee, tmp_path: Path
) -> None:
    heard = samples(licensee.recording())
    long = np.tile(heard, 6)
    with licensee.predictor(tmp_path / "state") as predictor:
        assert predictor.axes == tuple(AXES) and predictor.traced == ("arousal",)
        plain = predictor.predict(long, 16_000, use=AS_USE)
        traced = predictor.predict(long, 16_000, use=AS_USE, trace=True)
        assert traced.emotions == plain.emotions and traced.dimensions == plain.dimensions
        assert traced.trace is not None and len(traced.trace["arousal"].points) > 3
        usual = predictor.enrol([(heard * 0.5)], 16_000)
        known = predictor.predict(long, 16_000, use=AS_USE, enrolled=usual)
        # Enrolment is of emotions alone.
        assert known.dimensions == plain.dimensions


def test_a_stream_tells_when_in_it_and_the_mean_at_its_end() -> None:
    value, counted = Value(0.5, 0.2, 0.8), list[float]()

    def hears(latest: Sound) -> Answer:
        told = {"valence": replace(value, value=latest.seconds / 10)}
        curve = {"valence": Curve(((100.0, 0.5),), 0.3)}
        return judged({"glad": 1.0}, latest.seconds, 0, dimensions=told, trace=curve)

    with Stream(4_000, 1.0, hears, lambda seconds, mix: counted.append(seconds)) as stream:
        answers = [stream.feed(np.full(4_000, 0.1)) for _ in range(6)]
        end = stream.close()
    at = [one.trace["valence"].points[0][0] for one in answers if one and one.trace]
    assert at == [100, 100, 100, 100, 1_100, 2_100]
    assert end is not None and end.dimensions is not None and end.trace is None
    assert end.dimensions["valence"].value == pytest.approx(np.mean([1, 2, 3, 4, 4, 4]) / 10)
    assert end.dimensions["valence"].high == pytest.approx(0.8) and counted == [6]


def test_a_stream_by_http_tells_values_as_it_goes(model: Served, licensee: Licensee) -> None:
    sound = np.tile(samples(licensee.recording()), 8)[: 16_000 * 5]
    data = (sound * 32_767).astype("<i2").tobytes()
    pieces = (data[n : n + 16_000] for n in range(0, len(data), 16_000))
    got = model.ask("POST", "/api/stream", pieces, rate=16_000, trace="true", **USE)
    *running, end = map(json.loads, got.body.splitlines())
    assert list(end["dimensions"]) == AXES and end["trace"] is None
    assert all(one["dimensions"] and one["trace"]["arousal"]["points"] for one in running)
    # The last is about the four seconds from the first on.
    assert 1_000 < running[-1]["trace"]["arousal"]["points"][0][0] < 5_000


def test_a_model_without_read_outs_says_so() -> None:
    told: dict[str, Any] = judged({"glad": 1.0}, 1.0, 0.0).as_json()
    assert told["vad"] is told["dimensions"] is told["trace"] is None and NO_VAD in told["notes"]
    assert NO_TRACE.startswith("This model tells nothing")


def test_onnx_tells_the_same_values_and_curves_at_the_same_times(
    staged: Path, tmp_path: Path
) -> None:
    made = export(staged / "model", tmp_path / "model.onnx")
    assert made.difference < 1e-3
    voice, data = Voice.open(staged / "model"), (tmp_path / "model.onnx").read_bytes()
    session = onnxruntime.InferenceSession(data)
    names = [one.name for one in session.get_outputs()]
    assert names == ["probability", "dimensions", "trace", "trace_ms"]
    told = session.get_modelmeta().custom_metadata_map
    assert json.loads(told["dimensions"]) == AXES and json.loads(told["trace"]) == ["arousal"]
    luck = np.random.default_rng(2)
    for seconds in (0.3, 1.92, 2.5, 9.0):
        time = np.arange(int(seconds * RATE)) / RATE
        wave = 0.2 * np.sin(2 * np.pi * 400 * time * (1 + 0.05 * time))
        sound = (wave + 0.05 * luck.standard_normal(len(time))).astype(np.float32)
        heard = hear(sound, RATE)
        found = session.run(names, {"signal": sound, "prosody": heard.prosody})
        ours = voice.loaded.read([heard], trace=True)
        assert ours.values is not None and ours.curves is not None
        values = [ours.values[0][axis].value for axis in AXES]
        points = np.array(ours.curves[0]["arousal"].points)
        assert np.abs(found[1] - values).max() < 1e-4
        assert np.abs(found[2][:, 0] - points[:, 1]).max() < 1e-4
        assert np.array_equal(found[3], points[:, 0].astype(np.float32))
    # A graph that puts other values out is found out.
    outs = voice.loaded.outs  # type: ignore[union-attr]
    assert outs.take is not None
    other = replace(outs, take=replace(outs.take, bias=outs.take.bias + 0.01))
    voice = replace(voice, loaded=replace(voice.loaded, outs=other))
    assert compared(voice, data, [0.1 * np.ones(16_000, np.float32) * sound[:16_000]]) > 5e-3
