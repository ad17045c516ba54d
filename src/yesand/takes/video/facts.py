"""What a video is, as found by reading all of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

#: Media types (RFC 4337, RFC 6381; IANA's registry) → the demuxer that may read them, and no other.
DEMUXERS = {"video/mp4": "mov", "video/quicktime": "mov", "video/webm": "matroska"}
#: A picture of 4096 × 2304 is the largest that a camera gives; a file of kilobytes can claim more.
MOST_PIXELS = 4_096 * 2_304
MOST_CHANNELS = 32
_EBML = b"\x1a\x45\xdf\xa3"


@dataclass(frozen=True)
class Picture:
    """The picture of a take.

    Attributes
    ----------
    width, height : in pixels, as it is to be shown (a phone held upright turns its frames).
    fps : frames a second on average. frames : counted, not promised.
    codec : FFmpeg's name for it.
    late_ms : how much later than the first frame the sound begins, by the container's clock.
    """

    width: int
    height: int
    fps: float
    frames: int
    duration_ms: int
    codec: str
    late_ms: float

    def as_json(self) -> dict[str, Any]:
        """Return it as it is told to programs."""
        return asdict(self)


def kind_of(path: Path) -> str | None:
    """Return the media type of a container of video by its first bytes, whatever its name says."""
    with path.open("rb") as file:
        return kind_of_head(file.read(64))


def kind_of_head(head: bytes) -> str | None:
    """Return the same of a file's beginning.

    ISO/IEC 14496-12 §4.3 (``ftyp`` and its brand), RFC 8794 §11.2.4 (EBML's header).
    """
    if head[4:8] == b"ftyp":
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        return "video/quicktime"  # before brands were written
    return "video/webm" if head.startswith(_EBML) else None
