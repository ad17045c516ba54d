"""A stream answers as it goes, and counts each second once however it is cut."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.errors import BadInput
from yesand.serving.answer import SILENCE, Answer, judged
from yesand.serving.api import _Running, _running, _streams
from yesand.serving.errors import NotServing
from yesand.serving.limits import STREAMS
from yesand.serving.sound import Sound
from yesand.serving.streaming import PIECE, SPAN, Stream

RATE = 4_000


class Heard:
    """Tells loud from quiet, and keeps what was counted."""

    def __init__(self) -> None:
        self.counted: list[tuple[float, Mapping[str, float] | None]] = []
        self.longest = 0.0

    def hears(self, latest: Sound) -> Answer:
        self.longest = max(self.longest, latest.seconds)
        loud = float(np.abs(latest.signal).mean() > 0.1)
        return judged(
            {"loud": loud, "quiet": 1 - loud}, latest.seconds, 0, nothing=SILENCE * latest.silent
        )

    def counts(self, seconds: float, mix: Mapping[str, float] | None) -> None:
        self.counted.append((seconds, mix))

    def stream(self, every: float = 1.0) -> Stream:
        return Stream(RATE, every, self.hears, self.counts)


def pcm(seconds: float, level: float = 0.5) -> bytes:
    wave = level * np.sin(np.arange(int(seconds * RATE)) / 3)
    return (wave * 32_767).astype("<i2").tobytes()


@given(st.lists(st.integers(1, 7_001), min_size=1, max_size=30), st.floats(0.1, 9))
def test_however_it_is_cut_the_same_seconds_are_counted(cuts: list[int], seconds: float) -> None:
    heard, data = Heard(), pcm(seconds)
    with heard.stream() as stream:
        at = 0
        for n, cut in enumerate(cuts * 99):
            stream.feed(data[at : at + cut])
            at += cut
            if at >= len(data) or n > 1_000:
                break
        stream.feed(data[at:])
    assert sum(count for count, _ in heard.counted) == -(-int(seconds * RATE) // RATE)
    assert len(heard.counted) == 1 and heard.longest <= SPAN


def test_an_answer_comes_every_so_often_and_the_end_is_their_mean() -> None:
    heard = Heard()
    stream = heard.stream()
    chunks = [pcm(0.25)] * 16 + [pcm(0.25, 0.01)] * 16
    told = [answer for chunk in chunks if (answer := stream.feed(chunk))]
    end = stream.close()
    assert len(told) == 8 and told[0].top == "loud" and told[-1].top == "quiet"
    assert end is not None and end.seconds == 8
    assert end.emotions["loud"] == pytest.approx(np.mean([a.emotions["loud"] for a in told]))
    ((seconds, mix),) = heard.counted
    assert seconds == 8 and mix == pytest.approx(dict(end.emotions))


def test_a_long_stream_is_counted_as_it_goes() -> None:
    heard = Heard()
    stream = heard.stream(every=4.0)
    for _ in range(63):
        stream.feed(pcm(2))
    before = [count for count, _ in heard.counted]
    stream.close()
    assert len(before) == 2 and min(before) >= PIECE
    assert sum(count for count, _ in heard.counted) == 126


def test_silence_is_counted_without_emotions() -> None:
    heard = Heard()
    with heard.stream() as stream:
        answer = stream.feed(bytes(4 * RATE))
        end = stream.close()
    assert answer and answer.why == "silence" and end and end.why == "silence"
    assert heard.counted == [(2, None)]


def test_a_stream_of_nothing_answers_and_counts_nothing() -> None:
    heard = Heard()
    stream = heard.stream()
    assert stream.feed(b"") is None and stream.feed(b"\0") is None and stream.close() is None
    assert heard.counted == [] and stream.close() is None
    with pytest.raises(BadInput, match="over"):
        stream.feed(b"\0\0")


def test_what_is_no_sound_is_refused_and_the_stream_goes_on() -> None:
    heard = Heard()
    stream = heard.stream()
    with pytest.raises(BadInput, match="no numbers"):
        stream.feed(np.full(10, np.nan))
    stream.feed(pcm(0.5))
    end = stream.close()
    assert end is not None and end.top == "loud" and heard.counted[0][0] == 1


def test_what_was_answered_before_it_had_to_stop_is_counted() -> None:
    heard = Heard()

    def hears(latest: Sound) -> Answer:
        if stream.seconds > 2:
            raise NotServing("It was decommissioned")
        return heard.hears(latest)

    stream = Stream(RATE, 1.0, hears, heard.counts)
    with pytest.raises(NotServing), stream:
        for _ in range(9):
            stream.feed(pcm(0.5))
    assert [count for count, _ in heard.counted] == [2]


def test_a_stream_whose_end_cannot_be_counted_gives_its_place_back() -> None:
    def counts(seconds: float, mix: Mapping[str, float] | None) -> None:
        raise NotServing("It was decommissioned")

    stream = Stream(RATE, 1.0, Heard().hears, counts)
    assert _streams.acquire(blocking=False)
    lines = _Running(_running(stream, iter([pcm(1)] * 9)))
    assert b"loud" in next(iter(lines))
    lines.close()
    lines.close()
    there = [_streams.acquire(blocking=False) for _ in range(STREAMS + 1)]
    for _ in range(STREAMS):
        _streams.release()
    assert there == [True] * STREAMS + [False]


@pytest.mark.parametrize(("rate", "every"), [(0, 1.0), (RATE, 0.0), (RATE, 9.0), (RATE, np.nan)])
def test_a_stream_of_no_rate_or_pace_is_refused(rate: int, every: float) -> None:
    with pytest.raises(BadInput):
        Stream(rate, every, Heard().hears, Heard().counts)
