"""The spool's lines: an event as it came, or a row that is none, with what was said of it.

What a sender was told holds: a collection judges by what was said on receipt, whatever the clock
shows by then.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from yesand.kernel.canonical import parse
from yesand.royalties.delivery import LONGEST_LINE, Row
from yesand.royalties.events import BadRow, UsageEvent, event, own

#: Before a row that was refused: no JSON begins so.
_REFUSED = b"!"
_EVER = datetime.max.replace(tzinfo=UTC)


def accepted(value: dict[str, Any]) -> bytes:
    """Return the line of an event, without a field that is not ours."""
    return json.dumps(own(value), separators=(",", ":")).encode()


def refused(row: BadRow) -> bytes | None:
    """Return the line of a row that was refused; none: there is nothing to keep, or too much."""
    if not row.kept:
        return None
    line = _REFUSED + json.dumps({"reason": row.reason, "row": row.kept}).encode()
    return line if len(line) <= LONGEST_LINE else None


def judged(row: Row, latest: datetime) -> UsageEvent | BadRow:
    """Return what a line of the spool was judged to be when it came."""
    if not row.raw.startswith(_REFUSED):
        return event(row, _EVER)
    told = parse(row.raw.removeprefix(_REFUSED))
    return BadRow(row.line, told["reason"], told["row"])
