"""Changing some terms and keeping the rest: a JSON merge patch (RFC 7396)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yesand.agreements.terms import Terms


def changed(terms: Terms, told: Mapping[str, Any], *, where: str = "terms") -> Terms:
    """Return terms with the fields that are told; of a part such as the pay, those of its fields.

    ``null`` takes a field out, so that it has its default.

    Raises
    ------
    BadInput : with every field that is wrong.

    >>> terms = Terms(valid_from="2026-01-01", commercial=True)
    >>> changed(terms, {"commercial": None, "pay": {"fallback": "equal"}}).pay.fallback
    'equal'
    """
    return Terms.parse(_merged(terms.as_json(), told), where=where)


def _merged(value: Any, told: Any) -> Any:
    if not isinstance(told, Mapping):
        return told
    found = dict(value) if isinstance(value, Mapping) else {}
    for name, new in told.items():
        if new is None:
            found.pop(name, None)
        else:
            found[name] = _merged(found.get(name), new)
    return found
