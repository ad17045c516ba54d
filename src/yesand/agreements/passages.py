"""What the assistant may answer from in this room: the words of one's own agreements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from yesand.agreements.models import Agreement
from yesand.people.sight import Request, visible

#: Of the many that a producer sees, the newest.
MOST = 50
#: After a clause stands the field of the terms that it writes out, for machines.
_FIELD = re.compile(r" \[\w+ = .*\]\Z", re.S)


@dataclass(frozen=True)
class Passage:
    """A piece of text with where it stands."""

    title: str
    text: str
    url: str


def passages(request: Request) -> Iterator[Passage]:
    """Yield the paragraphs of the agreements that a person may see, each wording once."""
    rows = visible(Agreement, request.sight).select_related("performer")
    told = set()
    for agreement in rows.order_by("-signed_at", "digest")[:MOST]:
        address = reverse("agreement", args=[agreement.digest])
        for paragraph in filter(None, map(str.strip, agreement.text.split("\n\n"))):
            if paragraph not in told:
                told.add(paragraph)
                words = _FIELD.sub("", paragraph)
                yield Passage(f"Agreement with {agreement.performer}", words, address)
