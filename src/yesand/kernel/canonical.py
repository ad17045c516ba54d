"""Canonical bytes (RFC 8785, JCS): one value, one byte string, one hash."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

import rfc8785

from yesand.kernel.errors import BadInput

_LARGEST = 2**53 - 1
_ATOMS = frozenset({str, bool, type(None)})
_PLAIN = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
)


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value.

    Integers must lie within ±(2⁵³ − 1), as RFC 8785 §3.2.2.3 takes numbers as IEEE 754 doubles.
    Larger floats have a form, which reads back as an integer that has none: keep them out.

    Raises
    ------
    BadInput : the value has no canonical form (NaN, large integer, foreign type).
    """
    try:
        # Six times faster, and the same bytes: without floats and with ASCII names, RFC 8785 asks
        # for what the standard library's own encoder writes.
        if _plain(value):
            return _PLAIN.encode(value).encode()
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, TypeError, UnicodeError, RecursionError) as fault:
        raise BadInput(f"No canonical form: {fault}", where="canonical JSON") from fault


def _plain(value: Any) -> bool:
    """Tell whether a value holds only texts, truth values, small integers, and ASCII names.

    ASCII names sort by UTF-16 code units (RFC 8785 §3.2.3) as they do by code points.
    """
    kind = type(value)
    if kind is dict:
        for name, held in value.items():
            if type(name) is not str or not name.isascii():
                return False
            if type(held) not in _ATOMS and not _plain(held):
                return False
        return True
    if kind is list or kind is tuple:
        return all(map(_plain, value))
    if kind is int:
        return bool(-_LARGEST <= value <= _LARGEST)
    return isinstance(value, str) or kind is bool or value is None


def parse(data: bytes, *, where: str = "JSON") -> Any:
    """Parse JSON strictly: only UTF-8 (RFC 8259 §8.1); no duplicate names, NaN or infinity.

    Two readers may disagree about a repeated name; a signed document must have one meaning.
    """
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as fault:
        raise BadInput(f"Not valid JSON: {fault}", where=where) from fault


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name appears twice in one object")
    return found


def _finite(text: str) -> float:
    found = float(text)
    if not isfinite(found):
        raise ValueError(f"{text} is too large a number")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
