"""Whether a file's own credential keeps it out: what it forbids is obeyed, whoever brings it."""

from __future__ import annotations

from collections.abc import Callable

from yesand.provenance.credentials.reading import Credentials

#: Tells whether a condition is an agreement that the file comes in under.
Known = Callable[[str], bool]


def bar(found: Credentials | None, known: Known) -> str:
    """Return why a file may not come in; empty where nothing of its credential says so.

    What cannot be known is denied: a credential that does not hold may have forbidden anything,
    and a condition that we cannot read may not be met.
    """
    if found is None:
        return ""
    if not found.holds:
        why = f": {found.faults[0]}" if found.faults else ""
        return f"Its credential does not hold, so nobody knows what it forbids{why}"
    if forbidden := found.mining.forbidden():
        return f"Its credential does not allow {', '.join(aim.value for aim in forbidden)}"
    strange = sorted(c for c in found.mining.conditions() if not known(c))
    if strange:
        return f"Its credential sets a condition of somebody else's: {strange[0]}"
    return ""
