"""A file's name from outside, made fit to be one here."""

from __future__ import annotations

import unicodedata

_LONGEST = 120


def plain(name: str) -> str:
    r"""Return a name without folders and unprintable characters, its end if it is long.

    >>> plain("../../etc/passwd"), plain("joy\x00 take.wav"), plain("..")
    ('passwd', 'joy take.wav', 'recording')
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    return kept[-_LONGEST:].strip(" .") or "recording"
