"""Stripe Connect: a transfer to a connected account, once, and what became of it.

Two calls of Stripe's API (``/v1/transfers``), in plain HTTP. A transfer carries the payout's
end-to-end id as its group. Before one is made, Stripe is asked whether it has it: its idempotency
keys are forgotten after a day, its transfers are not.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from yesand.kernel.canonical import parse
from yesand.kernel.errors import YesAndError
from yesand.kernel.money import Money, exponent
from yesand.royalties.paying.details import STRIPE
from yesand.royalties.paying.pain import Transfer
from yesand.royalties.paying.phases import micro_of
from yesand.royalties.paying.told import Told

ADDRESS = "https://api.stripe.com"
_SECONDS, _MOST = 20.0, 1_000_000
#: Bad request, request failed, not found: what Stripe says of the transfer itself, and not of us
#: (401, 403, 429) or of the moment (409, 5xx).
_DECLINED = {400, 402, 404}


class NotSent(YesAndError):
    """Stripe could not be reached, or would not make a transfer; the payout stays on its way."""

    exit_code = 1


class Declined(NotSent):
    """Stripe looked at a transfer and will not make it: it was not made, and never will be so."""


@dataclass(frozen=True)
class Stripe:
    """A house's account at Stripe.

    Attributes
    ----------
    key : its secret key. url : where its API is; a test says another place.
    """

    key: str
    url: str = ADDRESS

    def send(self, transfer: Transfer, currency: str) -> list[Told]:
        """Make a transfer unless it is made already; return what became of it.

        Raises
        ------
        NotSent : Stripe does not answer, or refuses.
        """
        return self.told(transfer.end_to_end) or _movements(self._make(transfer, currency))

    def told(self, end_to_end: str) -> list[Told]:
        """Return what Stripe knows of a payout: nothing, a transfer, its reversal."""
        query = urlencode({"transfer_group": end_to_end, "limit": 10})
        found = self._asked("GET", f"/v1/transfers?{query}", {}, {})
        return [told for one in found.get("data", []) for told in _movements(one)]

    def _make(self, transfer: Transfer, currency: str) -> dict[str, Any]:
        form = {
            "amount": str(transfer.minor),
            "currency": currency.lower(),
            "destination": transfer.to.stripe,
            "transfer_group": transfer.end_to_end,
            "description": transfer.words,
        }
        key = {"Idempotency-Key": transfer.end_to_end}
        return self._asked("POST", "/v1/transfers", form, key)

    def _asked(
        self, method: str, path: str, form: Mapping[str, str], more: Mapping[str, str]
    ) -> dict[str, Any]:
        to = urlsplit(self.url)
        secure = to.scheme == "https"
        line_to = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        headers = {"Authorization": f"Bearer {self.key}", "User-Agent": "Yes-And", **more}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            with closing(line_to(to.hostname or "", to.port, timeout=_SECONDS)) as line:
                line.request(method, path, urlencode(form) or None, headers)
                answer = line.getresponse()
                status, body = answer.status, answer.read(_MOST)
        except (OSError, http.client.HTTPException) as fault:
            raise NotSent(f"Stripe does not answer: {fault}", remedy="Send again later.") from fault
        told: dict[str, Any] = parse(body, where="Stripe's answer")
        if status != http.client.OK:
            said = str(told.get("error", {}).get("message", f"status {status}"))[:150]
            kind = Declined if status in _DECLINED else NotSent
            raise kind(f"Stripe refuses: {said}", remedy="Send again when that is seen to.")
        return told


def payable(currency: str) -> bool:
    """Tell whether Stripe counts a currency as ISO 4217 does: in hundredths."""
    return bool(exponent(currency) == 2)


def _movements(one: Mapping[str, Any]) -> list[Told]:
    """Return the movements that a transfer tells of: itself, and what was taken back of it."""
    try:
        currency, name = str(one["currency"]).upper(), str(one["id"])
        group, back = str(one["transfer_group"]), int(one["amount_reversed"])
        day = datetime.fromtimestamp(int(one["created"]), UTC).date()
        sums = [Money(currency, micro_of(currency, n)) for n in (int(one["amount"]), back)]
    except (KeyError, TypeError, ValueError) as fault:
        raise NotSent("Stripe's answer cannot be read", where=str(fault)[:80]) from fault
    left = Told(True, sums[0], group, name, day, source=STRIPE)
    if not back:
        return [left]
    reference = f"{name} reversed {back}"
    return [left, Told(False, sums[1], group, reference, day, True, "reversed", source=STRIPE)]
