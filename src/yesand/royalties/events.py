"""Usage events: CloudEvents 1.0 (CNCF, github.com/cloudevents/spec) of one type of our own.

``subject`` names the deployment; ``data`` holds what is counted and nothing of any end user:
fields that are not ours are dropped before anything is kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from pathlib import Path
from random import Random
from typing import Any

from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from yesand.kernel import durable
from yesand.kernel.canonical import canonical, parse
from yesand.kernel.clock import Period
from yesand.kernel.errors import BadInput
from yesand.kernel.money import exponent
from yesand.royalties.delivery import LONGEST_LINE, Row, rows
from yesand.royalties.lines import REVENUE
from yesand.royalties.units import UNITS

TYPE = "org.yes-and.usage.v1"
FIELDS = frozenset({"unit", "quantity", "realtime", "emotions", "currency", "payer"})
ATTRIBUTES = ("specversion", "id", "source", "type", "time", "subject")
#: How far a sender's clock may run ahead.
AHEAD = timedelta(days=1)
#: Of another's deployment, and of one that is not there, in the same words.
NOT_YOURS = "not a deployment of yours"
_LONGEST = 512
# RFC 3339 §5.6, which is narrower than ISO 8601.
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\Z", re.ASCII)
_PLAIN = re.compile(r"[^\x00-\x1f\x7f]+\Z")
_EMOTION = re.compile(r"[a-z][a-z-]{0,39}\Z")
# 128 to 512 bits in hex: what a keyed hash gives, and no name, address or account number does.
_PAYER = re.compile(r"[0-9a-f]{32,128}\Z")
# The same in a row that is no JSON.
_RAW_PAYER = re.compile(r'("payer"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^\s,}\]]*)')


@dataclass(frozen=True, slots=True)
class UsageEvent:
    """One metered use.

    ``key`` names it by (source, id), ``content`` by all the rest: 16 bytes of a SHA-256 each.
    ``at`` is UTC without a zone, as columns hold it. ``foreign`` names what was dropped.
    """

    key: bytes
    content: bytes
    deployment: str
    at: datetime
    unit: str
    currency: str | None
    quantity: int
    realtime: bool
    emotions: str | None
    source: str
    id: str
    foreign: tuple[str, ...] = ()
    payer: str | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not accepted, and why. ``kept`` is the row without foreign fields."""

    line: int
    reason: str
    kept: str = ""


def read(path: Path, latest: datetime) -> Iterator[tuple[int, UsageEvent | BadRow]]:
    """Read a delivery; each row becomes an event or says what is wrong with it.

    Parameters
    ----------
    latest : an event later than this has a wrong clock and is refused.
    """
    for row in rows(path):
        yield row.line, event(row, latest)


def event(row: Row, latest: datetime) -> UsageEvent | BadRow:
    """Return the row's event, or why it is none."""
    if len(row.raw) > LONGEST_LINE:
        return BadRow(row.line, f"longer than {LONGEST_LINE} bytes")
    try:
        value = parse(row.raw)
    except BadInput as fault:
        raw = row.raw.decode("utf-8", "replace").strip()
        return BadRow(row.line, fault.what, _RAW_PAYER.sub(r"\1null", raw))
    return judged(row.line, value, latest)


def judged(line: int, value: Any, latest: datetime) -> UsageEvent | BadRow:
    """Return the event that a parsed row is, or why it is none."""
    try:
        return _event(value, latest)
    except (ValueError, OverflowError, BadInput) as fault:
        reason = fault.what if isinstance(fault, BadInput) else str(fault)
        return BadRow(line, reason, kept(value))


def kept(value: Any) -> str:
    """Return the row as JSON without fields that are not ours, so that no content is kept.

    Nor is a payer: no settlement would ever delete the pseudonym of a row that was refused.
    """
    if not isinstance(value, dict):
        return ""
    found = own(value)
    found.get("data", {}).pop("payer", None)
    try:
        return canonical(found).decode()
    except (ValueError, BadInput):  # no canonical form: a lone surrogate, an endless number
        return repr(found)


def own(value: dict[str, Any]) -> dict[str, Any]:
    """Return what of an event is ours to keep."""
    found = {name: value[name] for name in ATTRIBUTES if name in value}
    data = value.get("data")
    if isinstance(data, dict):
        found["data"] = {name: data[name] for name in FIELDS if name in data}
    return found


def _event(value: Any, latest: datetime) -> UsageEvent:
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    if value.get("specversion") != "1.0":
        raise ValueError("specversion is not '1.0'")
    if value.get("type") != TYPE:
        raise ValueError(f"type is not {TYPE!r}")
    source, name = _text(value, "source"), _text(value, "id")
    deployment = _text(value, "subject")
    at = _time(value, latest)
    data = value.get("data")
    if not isinstance(data, dict):
        raise ValueError("data is not an object")
    unit, currency, quantity = _counted(data)
    realtime = data.get("realtime", False)
    if type(realtime) is not bool:
        raise ValueError("data.realtime is not true or false")
    emotions, payer = _emotions(data.get("emotions")), _payer(data.get("payer"))
    content = f"{deployment}\0{at}\0{unit}\0{currency}\0{quantity}\0{realtime}\0{emotions}"
    content += "" if payer is None else f"\0{payer}"
    return UsageEvent(
        hashlib.sha256(f"{source}\0{name}".encode()).digest()[:16],
        hashlib.sha256(content.encode()).digest()[:16],
        deployment, at, unit, currency, quantity, realtime, emotions,
        source, name, tuple(data.keys() - FIELDS), payer,
    )  # fmt: skip


def _text(value: dict[str, Any], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str) or not text:
        raise ValueError(f"{name} is missing")
    if len(text) > _LONGEST or not _PLAIN.match(text):
        raise ValueError(f"{name} is longer than {_LONGEST} or holds control characters")
    return text


def _time(value: dict[str, Any], latest: datetime) -> datetime:
    text = value.get("time")
    if not isinstance(text, str) or not _TIME.match(text):
        raise ValueError("time is not an RFC 3339 time with a zone")
    # Python ≤ 3.11 reads at most six digits of a second and only capital letters.
    at = datetime.fromisoformat(text.upper()).astimezone(UTC)
    if at > latest:
        raise ValueError(f"time {text} lies in the future")
    return at.replace(tzinfo=None)


def _counted(data: dict[str, Any]) -> tuple[str, str | None, int]:
    unit = UNITS.get(data["unit"]) if isinstance(data.get("unit"), str) else None
    if unit is None:
        raise ValueError(f"data.unit is not one of {', '.join(UNITS)}")
    quantity = data.get("quantity")
    if type(quantity) is not int or not 0 < quantity <= unit.most:
        raise ValueError(f"data.quantity is not a whole number from 1 to {unit.most}")
    if unit.code != REVENUE:
        return unit.code, None, quantity
    currency = data.get("currency")
    if not isinstance(currency, str):
        raise ValueError("data.currency is missing: revenue needs one")
    exponent(currency)
    return unit.code, currency, quantity


def _emotions(mix: Any) -> str | None:
    if mix is None:
        return None
    if not isinstance(mix, dict) or not 0 < len(mix) <= 64:
        raise ValueError("data.emotions is not a mix of 1 to 64 emotions")
    for name, weight in mix.items():
        if not _EMOTION.match(name):
            raise ValueError(f"data.emotions holds {name[:40]!r}, which is no emotion's name")
        if type(weight) not in {int, float} or not isfinite(weight) or not 0 <= weight <= 1e9:
            raise ValueError(f"data.emotions.{name} is not a weight")
    return canonical(mix).decode()


def _is_pseudonym(payer: Any) -> bool:
    return isinstance(payer, str) and bool(_PAYER.match(payer))


def _payer(payer: Any) -> str | None:
    """Return who paid, as a pseudonym (GDPR Art. 4(5)); what it was is said nowhere."""
    if payer is None or _is_pseudonym(payer):
        found: str | None = payer
        return found
    told = "is no pseudonym of 32 to 128 hex digits"
    if isinstance(payer, str):
        looks = "an e-mail address" if "@" in payer else "a name" if _named(payer) else ""
        told += f" and looks like {looks}" if looks else ""
    raise ValueError(f"data.payer {told}: send a keyed hash, never who it is")


def _named(payer: str) -> bool:
    return any(letter.isalpha() and letter.lower() not in "abcdef" for letter in payer)


def example_events(deployment: str, period: Period, n: int, seed: int = 1) -> Iterator[bytes]:
    """Yield ``n`` usage events of a deployment over a month, as a licensee's gateway sends them.

    The same arguments give the same events. They are written by the CNCF's own library.
    """
    random = Random(f"{deployment} {period} {seed}")
    seconds = int((period.end - period.start).total_seconds())
    form = JSONFormat()
    for number in range(n):
        attributes = {
            "specversion": "1.0",
            "id": f"{deployment}-{period}-{seed}-{number}",
            "source": "https://gateway.example/usage",
            "type": TYPE,
            "subject": deployment,
            "time": period.start + timedelta(seconds=random.randrange(seconds)),
            "datacontenttype": "application/json",
        }
        yield form.write(CloudEvent(attributes, _example(random)))


def write_examples(path: Path, deployment: str, period: Period, n: int, seed: int = 1) -> None:
    """Write example events as JSON Lines."""
    with durable.replacing(path) as partial, partial.open("wb") as file:
        file.writelines(line + b"\n" for line in example_events(deployment, period, n, seed))


def _example(random: Random) -> dict[str, Any]:
    unit = random.choices(["request", "inference-second"], [3, 1])[0]
    feeling = random.choice(["anger", "fear", "joy", "sadness"])
    return {
        "unit": unit,
        "quantity": 1 if unit == "request" else random.randint(1, 60),
        "realtime": random.random() < 0.2,
        "emotions": {feeling: 0.75, "neutral": 0.25},
    }
