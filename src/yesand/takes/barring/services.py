"""What a file says of itself when it comes in, and what is written down if it comes in anyway."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from yesand.agreements.models import Agreement
from yesand.agreements.naming import digest_of_uri
from yesand.kernel.ids import digest_of
from yesand.kernel.place import Place
from yesand.provenance import services as log
from yesand.provenance.credentials.bars import bar
from yesand.provenance.kinds import Kind
from yesand.takes.intake import Heard
from yesand.takes.models import Credential, Override, Take


def kept_out(heard: Heard, despite: str = "") -> str:
    """Return why a recording may not come in by what it says of itself; empty if it may.

    Parameters
    ----------
    despite : why it may all the same; it never lets a copy of a take that is here in.
    """
    found = heard.judged.credentials
    if found is None:
        return ""
    copies = Credential.objects.filter(Q(sha256=heard.staged.sha256) | Q(label=found.label))
    if found.label and copies.exists():
        return "A copy, with its credential, of a take that is here"
    return "" if despite else _bar(heard)


def _bar(heard: Heard) -> str:
    """Return what bars it; its performer's own agreement is a condition that we can keep."""
    own = Agreement.objects.filter(performer__handle=heard.row.performer)

    def known(condition: str) -> bool:
        digest = digest_of_uri(condition)
        return digest is not None and own.filter(digest=digest).exists()

    return bar(heard.judged.credentials, known)


def override(place: Place, came: Iterable[tuple[Take, Heard]], despite: str) -> None:
    """Enter in the log, for each take that came in although it said otherwise, that it did."""
    barred = [(take, heard) for take, heard in came if despite and _bar(heard)]
    said = [_said(heard) for _, heard in barred]
    payloads = [payload(take, s, despite) for (take, _), s in zip(barred, said, strict=True)]
    records = [digest_of(told) for told in payloads]
    entries = log.record_many(place, Kind.CREDENTIAL_OVERRIDDEN, records)
    Override.objects.bulk_create(
        Override(take=take, credential=s, reason=despite[:500], at=place.clock.now(), entry=entry)
        for (take, _), s, entry in zip(barred, said, entries, strict=True)
    )


def payload(take: Take, credential: dict[str, Any], reason: str) -> dict[str, Any]:
    """Return what the log commits to."""
    return {"credential": credential, "reason": reason[:500], "take": take.entry.record}


def _said(heard: Heard) -> dict[str, Any]:
    found = heard.judged.credentials
    return found.as_json() if found else {}
