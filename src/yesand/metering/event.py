"""One use, as a CloudEvent 1.0 of the type that a house counts."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite

from yesand.metering.errors import Unusable

TYPE = "org.yes-and.usage.v1"
_LONGEST = 512
_PAYER = re.compile(r"[0-9a-f]{32,128}\Z")


def line(
    id: str,
    source: str,
    deployment: str,
    at: datetime,
    unit: str,
    quantity: int,
    *,
    realtime: bool,
    mix: Mapping[str, float] | None,
    currency: str | None,
    payer: str | None = None,
) -> bytes:
    """Return the event as one line of JSON, with its end.

    Raises
    ------
    Unusable : what no house would take, so that it is told where it happens.
    """
    for name, text in {"id": id, "source": source, "deployment": deployment, "unit": unit}.items():
        if not isinstance(text, str) or not text.isprintable() or not 0 < len(text) <= _LONGEST:
            raise Unusable(f"{name} is not 1 to {_LONGEST} printable characters: {text!r:.80}")
    if type(quantity) is not int or quantity < 1:
        raise Unusable(f"quantity is not a whole number from 1 on: {quantity!r:.80}")
    if at.tzinfo is None:
        raise Unusable("at has no zone; write datetime.now(UTC)")
    data: dict[str, object] = {"unit": unit, "quantity": quantity}
    if realtime:
        data["realtime"] = True
    if currency is not None:
        data["currency"] = currency
    if mix is not None:
        data["emotions"] = _weights(mix)
    if payer is not None:
        data["payer"] = _pseudonym(payer)
    told = {
        "specversion": "1.0", "id": id, "source": source, "type": TYPE, "subject": deployment,
        "time": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json", "data": data,
    }  # fmt: skip
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"


def pseudonym(key: bytes, month: str, account: str) -> str:
    """Return what a paying customer is called in a month: a keyed hash (HMAC-SHA-256, RFC 2104).

    The same account has another name each month, and nobody without the key can find it: a plain
    hash of an address would be found by trying addresses (Art. 29 Working Party, Opinion 05/2014,
    section 4).

    Parameters
    ----------
    key : a secret of your own, of 32 random bytes; never sent. month : such as ``2026-10`` (UTC).
    """
    if len(key) < 32:
        raise Unusable("key is shorter than 32 bytes: make one with secrets.token_bytes(32)")
    return hmac.new(key, f"{month}\0{account}".encode(), "sha256").hexdigest()


def _pseudonym(payer: str) -> str:
    if not isinstance(payer, str) or not _PAYER.match(payer):
        raise Unusable("payer is no pseudonym of 32 to 128 hex digits; make it with pseudonym()")
    return payer


def _weights(mix: Mapping[str, float]) -> dict[str, float]:
    found = dict(mix)
    if not found:
        raise Unusable("mix is empty; leave it out if nothing is known of it")
    for name, weight in found.items():
        if type(weight) not in {int, float} or not isfinite(weight) or weight < 0:
            raise Unusable(f"mix holds {weight!r:.40} for {name!r:.40}, which is no weight")
    return found
