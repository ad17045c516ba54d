"""A licensee's programs ask a served model over HTTP, as they would."""

from __future__ import annotations

import http.client
import io
import json
import time
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
import soundfile
from served_model import TOKEN, USE, Licensee, Served, form, samples

from yesand.serving.limits import BATCH, MOST

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
NOISE = (3_000 * np.random.default_rng(0).standard_normal(16_000)).astype("<i2")


def wav(values: Any, rate: int = 16_000, subtype: str = "PCM_16") -> bytes:
    file = io.BytesIO()
    soundfile.write(file, values, rate, format="WAV", subtype=subtype)
    return file.getvalue()


def test_it_hears_a_recording_sent_as_it_is_or_in_a_form(model: Served, licensee: Licensee) -> None:
    data = licensee.recording().read_bytes()
    raw = model.hear(data)
    assert raw.status == 200 and raw.kind.startswith("application/json")
    assert raw.told["top"] == "glad" and raw.told["seconds"] == 0.7
    assert raw.told["trace"] is None and raw.told["notes"] == []
    assert sum(raw.told["emotions"].values()) == pytest.approx(1, abs=1e-5)
    body, kind = form("recording", {"take.ogg": data})
    assert model.ask("POST", "/api/answers", body, kind, **USE).told == raw.told
    pieces = (data[i : i + 999] for i in range(0, len(data), 999))
    assert model.ask("POST", "/api/answers", pieces, "audio/wav", **USE).told == raw.told


def test_a_threshold_makes_it_abstain_with_the_distribution(
    model: Served, licensee: Licensee
) -> None:
    told = model.hear(licensee.recording().read_bytes(), threshold=0.99).told
    assert told["abstained"] and told["why"] == "unsure" and told["emotions"]["glad"] > 0.5
    told = model.hear(wav(np.zeros(8_000))).told
    assert told["abstained"] and told["why"] == "silence"


def test_a_batch_answers_the_good_and_tells_the_bad(model: Served, licensee: Licensee) -> None:
    files = {
        "one.wav": licensee.recording("Bert-grave-1").read_bytes(),
        "none.wav": b"nothing",
        "sample.wav": wav(np.zeros(1)),
        "nan.wav": wav(np.full(9_000, np.nan), subtype="FLOAT"),
        "six.flac": wav(np.tile(NOISE[:, None], (2, 6)), 192_000),
    }
    body, kind = form("recordings", files)
    got = model.ask("POST", "/api/answers/batch", body, kind, **USE)
    assert got.status == 200 and (got.told["answered"], got.told["bad"]) == (2, 3)
    rows = {row["name"]: row for row in got.told["answers"]}
    assert list(rows) == list(files) and rows["one.wav"]["answer"]["top"] == "grave"
    assert "6 channels were mixed to one." in rows["six.flac"]["answer"]["notes"]
    assert "NaN" in rows["nan.wav"]["problem"]["what"] and rows["nan.wav"]["answer"] is None


def test_it_answers_a_stream_while_it_is_sent(model: Served, licensee: Licensee) -> None:
    """The first answer comes back before the sound is over: nothing waits for the whole body."""
    sound = (np.tile(samples(licensee.recording()), 5) * 32_767).astype("<i2").tobytes()
    with closing(http.client.HTTPConnection("127.0.0.1", model.port, timeout=30)) as line:
        line.putrequest("POST", f"/api/stream?{urlencode({**USE, 'rate': 16_000})}")
        for name, value in {
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": "audio/L16",
            "Transfer-Encoding": "chunked",
        }.items():
            line.putheader(name, value)
        line.endheaders()
        half = len(sound) // 2
        for piece in (sound[: half + 1], sound[half + 1 :]):
            line.send(b"%x\r\n%b\r\n" % (len(piece), piece))
            if piece == sound[: half + 1]:
                got = line.getresponse()
                first = json.loads(got.readline())
        line.send(b"0\r\n\r\n")
        rest = [json.loads(row) for row in got.read().splitlines()]
    assert got.status == 200 and first["at"] == 1.0 and first["top"] == "glad"
    assert [row["at"] for row in rest[:-1]] == [2.0, 3.0]
    assert rest[-1]["end"] and rest[-1]["seconds"] == 3.5 and rest[-1]["top"] == "glad"


@pytest.mark.parametrize(
    ("use", "status", "named"),
    [
        ({"setting": "workplace"}, 403, "Art. 5(1)(f)"),
        ({"setting": "education"}, 403, "Art. 5(1)(f)"),
        ({"setting": "workplace", "reason": "medical"}, 403, "Art. 5(1)(f)"),
        ({"setting": ""}, 403, "unknown is deny"),
        ({"purpose": ""}, 403, "unknown is deny"),
        ({"purpose": "advertising"}, 403, "advertising is not named"),
        ({"territory": "US"}, 403, "US is not named"),
        ({"purpose": "no such thing"}, 422, "use"),
        ({"setting": "moon"}, 422, "setting"),
        ({"threshold": 2}, 422, "threshold"),
    ],
)
def test_what_may_not_be_answered_is_refused_in_words(
    model: Served, licensee: Licensee, use: dict[str, Any], status: int, named: str
) -> None:
    for path in ("/api/answers", "/api/answers/batch", "/api/stream"):
        body, kind = form("recordings", {"a": licensee.recording().read_bytes()})
        got = model.ask("POST", path, body, kind, **{**USE, "rate": 16_000, **use})
        assert got.status == got.told["status"] == status, got.body
        assert got.kind == "application/problem+json" and named in got.told["detail"]


@pytest.mark.parametrize(
    "path", ["/api/answers", "/api/answers/batch", "/api/stream", "/api/model"]
)
def test_nothing_is_told_without_the_token(model: Served, path: str) -> None:
    for token in ("", "another", TOKEN[:-1], "ü"):
        method = "GET" if path == "/api/model" else "POST"
        got = model.ask(method, path, b"", token=token.encode().decode("latin-1"), **USE)
        assert got.status == 401 and got.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("data", "status", "why"),
    [
        (b"", 422, "Nothing in it"),
        (b"ID3" + bytes(99), 422, "No recording"),
        (wav(NOISE[:1]), 422, "Shorter"),
        (b"\0\0\0\x18ftypisom" + bytes(99), 422, "video"),
    ],
)
def test_what_cannot_be_heard_is_a_problem(
    model: Served, data: bytes, status: int, why: str
) -> None:
    got = model.hear(data)
    assert got.status == status and why in got.told["title"]
    assert got.kind == "application/problem+json"


def test_what_is_too_large_is_refused_before_it_is_read(model: Served) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", model.port, timeout=30)) as line:
        line.putrequest("POST", f"/api/answers?{urlencode(USE)}")
        line.putheader("Authorization", f"Bearer {TOKEN}")
        line.putheader("Content-Length", str(MOST + 1))
        line.endheaders()
        got = line.getresponse()
        assert got.status == 413 and b"64 MiB" in got.read()
    many, kind = form("recordings", {str(n): b"x" for n in range(BATCH + 1)})
    assert model.ask("POST", "/api/answers/batch", many, kind, **USE).status == 422
    none, kind = form("others", {"a": b"x"})
    assert model.ask("POST", "/api/answers/batch", none, kind, **USE).status == 422
    assert model.ask("POST", "/api/answers", none, kind, **USE).status == 422


def test_it_says_what_it_is_and_describes_itself(model: Served, licensee: Licensee) -> None:
    told = model.ask("GET", "/api/model").told
    assert told["deployment"] == "coach" and told["manifest"] == licensee.manifest
    assert told["emotions"] == ["glad", "grave", "uneasy"] and told["until"] is None
    assert any("Art. 50(3)" in notice for notice in told["notices"])
    described = model.ask("GET", "/openapi.json", token="").told
    assert set(described["paths"]) == {
        "/health", "/api/model", "/api/answers", "/api/answers/batch", "/api/stream",
    }  # fmt: skip
    told = described["paths"]["/api/answers"]["post"]["responses"]
    assert {"200", "401", "403", "413", "422", "503", "507"} <= set(told)
    health = model.ask("GET", "/health", token="")
    assert health.status == 200 and health.told["status"] == "in service"
    missing = model.ask("GET", "/elsewhere")
    assert missing.status == 404 and missing.kind == "application/problem+json"
    wrong = model.ask("GET", "/api/answers")
    assert wrong.status == 405 and wrong.told["detail"] == "It takes POST."


def test_a_sender_who_goes_away_leaves_it_answering(model: Served, licensee: Licensee) -> None:
    for _ in range(20):  # more than there are places for streams
        with closing(http.client.HTTPConnection("127.0.0.1", model.port, timeout=30)) as line:
            line.putrequest("POST", f"/api/stream?{urlencode({**USE, 'rate': 16_000})}")
            line.putheader("Authorization", f"Bearer {TOKEN}")
            line.putheader("Transfer-Encoding", "chunked")
            line.endheaders()
            line.send(b"7d00\r\n" + NOISE.tobytes()[:9_000])
        time.sleep(0.02)
    assert model.hear(licensee.recording().read_bytes()).status == 200
    body = (NOISE.tobytes() for _ in range(2))
    deadline = time.monotonic() + 20
    while (got := model.ask("POST", "/api/stream", body, **USE, rate=16_000)).status == 429:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        body = (NOISE.tobytes() for _ in range(2))
    assert got.status == 200 and got.body.count(b"\n") == 3
