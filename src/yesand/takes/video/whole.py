"""Whether a container ends where its parts say, by their sizes alone.

What was cut off exactly between two fragments, or has clusters of unknown size, looks whole.
"""

from __future__ import annotations

import os
from typing import BinaryIO

#: ISO/IEC 14496-12 §4.2: the boxes without which a recording is not whole.
_BOXES = (b"moov", b"moof", b"mdat")
#: RFC 9559 §5.1: the segment, and a cluster of frames.
_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675


def cut_off(file: BinaryIO, kind: str) -> bool:
    """Tell whether a part promises more than the file holds; the place in the file is kept."""
    place, end = file.tell(), file.seek(0, os.SEEK_END)
    try:
        return _elements(file, end) if kind == "video/webm" else _boxes(file, end)
    finally:
        file.seek(place)


def _boxes(file: BinaryIO, end: int) -> bool:
    at = 0
    while at + 8 <= end:
        file.seek(at)
        head = file.read(16)
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:], "big")
        if size < 8:  # 0: to the end of the file; less than its own head is none
            return False
        if at + size > end:
            return head[4:8] in _BOXES
        at += size
    return False


def _elements(file: BinaryIO, end: int) -> bool:
    at = 0
    while at < end:
        file.seek(at)
        head = file.read(12)
        name, used = _number(head, marked=True)
        size, more = _number(head[used:])
        if not used or not more:
            return False
        at += used + more
        if name == _SEGMENT:
            continue  # into it: its parts tell
        if size is None:
            return False
        if at + size > end:
            return name == _CLUSTER
        at += size
    return False


def _number(data: bytes, *, marked: bool = False) -> tuple[int | None, int]:
    """Return a number of variable size (RFC 8794 §4) and its bytes: 0 where there is none.

    Parameters
    ----------
    marked : with its marker, as names are written. Of sizes, all ones are "unknown".
    """
    length = 9 - data[0].bit_length() if data else 9
    if length > min(8, len(data)):
        return None, 0
    number = int.from_bytes(data[:length], "big")
    most = (1 << 7 * length) - 1
    value = number & most
    if marked:
        return number, length
    return (None if value == most else value), length
