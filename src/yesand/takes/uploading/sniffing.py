"""What a file is by its first bytes, whatever its name says; told kindly where it is no sound."""

from __future__ import annotations

from collections.abc import Callable

from yesand.takes.sound import BadMedia
from yesand.takes.video.facts import kind_of_head
from yesand.takes.video.reading import can_decode

#: How much of a file must be seen.
HEAD = 512
_REMEDY = "Give a recording as WAV, FLAC, MP3 or OGG; or a video as MP4, MOV or WebM."
_NO_VIDEO = "Give its sound as WAV or FLAC."
_MP4_SOUND = (b"M4A ", b"M4B ")

Test = Callable[[bytes], bool]


def _starts(*beginnings: bytes) -> Test:
    return lambda head: head.startswith(beginnings)


def _boxed(kind: bytes) -> Test:
    return lambda head: head.startswith(b"RIFF") and head[8:12] == kind


def _mpeg(head: bytes) -> bool:
    # An MPEG audio frame: eleven set bits, then a layer that is not the reserved one (ISO 11172-3).
    return len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 != 0


def _ogg_sound(head: bytes) -> bool:
    return head.startswith(b"OggS") and b"theora" not in head


#: Sound that we read.
_SOUND: tuple[Test, ...] = (
    _boxed(b"WAVE"),
    _starts(b"RF64", b"fLaC", b"ID3"),
    _ogg_sound,
    _mpeg,
)
#: Everything else that has a name, in the order in which it is looked for.
_OTHER: tuple[tuple[Test, str], ...] = (
    (_starts(b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"), "A program"),
    (_starts(b"#!"), "A script"),
    (lambda head: head[4:8] == b"ftyp" and head[8:12] in _MP4_SOUND, "Sound as M4A"),
    (_boxed(b"AVI "), "A video"),
    (_starts(b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3", b"OggS", b"FLV"), "A video"),
    (_starts(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM"), "A picture"),
    (_starts(b"%PDF"), "A document"),
    (_starts(b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!"), "An archive"),
)


def check(head: bytes) -> None:
    """Return if a file begins as a recording does.

    Raises
    ------
    BadMedia : it does not; named for what it is.
    """
    for looks_like, name in _OTHER:
        if looks_like(head) and not (name == "A video" and _ogg_sound(head)):
            raise BadMedia(f"{name}, not a recording that can be taken", remedy=_REMEDY)
    if kind_of_head(head):
        if not can_decode():
            raise BadMedia("A video, which this house cannot read", remedy=_NO_VIDEO)
        return
    if not any(looks_like(head) for looks_like in _SOUND):
        raise BadMedia("Not a recording, whatever its name says", remedy=_REMEDY)
