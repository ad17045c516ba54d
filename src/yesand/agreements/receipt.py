"""An agreement's receipt: what was signed, by whom, and the proof that it is in the log.

One JSON file that a performer keeps; ``yesand verify receipt.json`` checks it offline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yesand.agreements.drafts import PAYLOAD_TYPE
from yesand.agreements.signing.hand import in_words
from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.kernel.ids import digest_of
from yesand.kernel.keys import key_id
from yesand.provenance import dsse
from yesand.provenance.note import Verifier
from yesand.provenance.receipt import check_logged

FORMAT = "https://yes-and.org/receipt/agreement/v1"
#: A public corpus's own licence is signed by the producer alone.
_ALONE = "licence"


@dataclass(frozen=True)
class Verdict:
    """What a receipt proves."""

    agreement: str
    kind: str
    performer: str
    producer: str
    entry: int
    at: str
    log: str
    size: int
    #: By whose hand each party signed; empty: an agreement of old, which does not say.
    hands: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return it for people."""
        who = "the producer" if self.kind == _ALONE else "performer and producer"
        return [
            f"signatures: {who} signed exactly these words and terms ({self.kind})",
            *(f"hand: {hand}" for hand in self.hands),
            f"log: entry {self.entry:,} of {self.size:,}, made at {self.at}, commits to it",
            f"The log's key is {self.log}: compare it with the one its house publishes.",
        ]


def receipt(envelope: Mapping[str, Any], digest: str, logged: Mapping[str, Any]) -> dict[str, Any]:
    """Return a receipt.

    Parameters
    ----------
    envelope : the agreement's, as signed. ``logged`` : from ``provenance.receipt.logged``.
    """
    return {"agreement": digest, "envelope": dict(envelope), "format": FORMAT, **logged}


def check(told: Any, key: Verifier | None = None) -> Verdict:
    """Check a receipt from nothing but itself.

    Raises
    ------
    BadInput : no receipt. CheckFailed : a signature or a proof does not hold.
    """
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise BadInput("Not an agreement's receipt", where="receipt")
    try:
        payload = opened(told["envelope"])
        digest, kind = digest_of(payload), str(payload["kind"])
        performer, producer = str(payload["performer"]), str(payload["producer"])
    except (KeyError, TypeError, ValueError) as fault:
        raise BadInput("The receipt's agreement cannot be read", where=str(fault)[:80]) from fault
    if digest != told.get("agreement"):
        raise CheckFailed("The receipt names another agreement", where=digest[:12])
    head = check_logged(told, digest, key)
    entry = told["entry"]
    parties = digest, kind, performer, producer
    hands = tuple(map(in_words, payload.get("signatories", ())))
    return Verdict(*parties, entry["index"], entry["at"], told["log"], head.size, hands)


def opened(envelope: Any) -> Any:
    """Return the signed payload, every party's signature checked with the key that it names."""
    claimed = parse(dsse.payload_of(envelope))
    named = [claimed["producer"]]
    if claimed["kind"] != _ALONE:
        named.append(claimed["performer"])
    keys = [bytes.fromhex(key) for key in named]
    return dsse.opened(envelope, {key_id(key): key for key in keys}, PAYLOAD_TYPE)
