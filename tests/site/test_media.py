"""The recording is sent to those who see its page, whole or by the range a player asks for."""

from __future__ import annotations

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from stage import Stage

from yesand.takes.media import MediaStore
from yesand.takes.ranges import Span, Unsatisfiable, span_of


@pytest.fixture
def address(stage: Stage) -> str:
    return reverse("take_media", args=[stage.take.sha256])


@pytest.fixture
def sound(stage: Stage) -> bytes:
    return MediaStore(stage.house.place.media).path_of(stage.take.sha256).read_bytes()


def body(response: object) -> bytes:
    assert isinstance(response, StreamingHttpResponse)
    return b"".join(response)  # type: ignore[arg-type]


def test_the_whole_recording(as_: dict[str, Client], address: str, sound: bytes) -> None:
    response = as_["ada"].get(address, headers={"accept-encoding": "gzip"})
    assert body(response) == sound
    assert response.headers["Content-Type"] == "audio/wav"
    assert response.headers["Accept-Ranges"] == "bytes"
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 9), ("bytes=100-", 100, None), ("bytes=-7", -7, None)],
)
def test_a_range_of_it(
    as_: dict[str, Client], address: str, sound: bytes, asked: str, first: int, last: int | None
) -> None:
    response = as_["ada"].get(address, headers={"range": asked, "accept-encoding": "gzip"})
    wanted = sound[first : None if last is None else last + 1]
    assert response.status_code == 206 and body(response) == wanted
    assert response.headers["Content-Length"] == str(len(wanted))
    start = first % len(sound)
    assert (
        response.headers["Content-Range"] == f"bytes {start}-{start + len(wanted) - 1}/{len(sound)}"
    )


def test_a_range_beyond_the_end_is_refused(
    as_: dict[str, Client], address: str, sound: bytes
) -> None:
    response = as_["ada"].get(address, headers={"range": f"bytes={len(sound)}-"})
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{len(sound)}"


def test_a_range_of_another_version_gets_the_whole(as_: dict[str, Client], address: str) -> None:
    headers = {"range": "bytes=0-9", "if-range": '"another"'}
    response = as_["ada"].get(address, headers=headers)
    assert response.status_code == 200 and body(response)


def test_what_the_player_has_is_not_sent_again(as_: dict[str, Client], address: str) -> None:
    response = as_["ada"].get(address)
    tag = response.headers["ETag"]
    response.close()
    assert as_["ada"].get(address, headers={"if-none-match": tag}).status_code == 304
    assert as_["ben"].get(address, headers={"if-none-match": tag}).status_code == 404


def test_a_deleted_recording_leaves_its_record_and_no_drawing(
    stage: Stage, as_: dict[str, Client], address: str
) -> None:
    page = reverse("take", args=[stage.take.sha256])
    assert "<audio" in as_["ada"].get(page).content.decode()
    MediaStore(stage.house.place.media).path_of(stage.take.sha256).unlink()
    gone = as_["ada"].get(page)
    assert gone.status_code == 200 and "<audio" not in gone.content.decode()
    assert 'class="wave"' not in gone.content.decode()
    assert as_["ada"].get(address).status_code == 404


@given(st.integers(1, 500), st.integers(0, 600), st.integers(0, 600))
def test_a_span_lies_within_the_file(size: int, first: int, last: int) -> None:
    try:
        span = span_of(f"bytes={first}-{last}", size)
    except Unsatisfiable:
        assert first >= size
        return
    if span is None:
        assert last < first
    else:
        assert span.first == first and span.last == min(last, size - 1) < size


@pytest.mark.parametrize("header", ["", "bytes=", "bytes=-", "bytes=0-1,3-4", "items=0-1", "x"])
def test_a_header_that_cannot_be_read_gets_the_whole(header: str) -> None:
    assert span_of(header, 10) is None


def test_the_last_bytes_of_a_short_file_are_all_of_it() -> None:
    assert span_of("bytes=-50", 10) == Span(0, 9)
