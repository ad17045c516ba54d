"""What one request was permitted, as an ODRL Offer inside a description of the data.

Croissant 1.1 puts it into ``usageInfo``. It says no more than the request: whoever wants to do
anything else with the data asks the gate.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from yesand.agreements.clause import Request
from yesand.agreements.days import last_moment
from yesand.agreements.odrl.actions import PROFILE
from yesand.agreements.odrl.names import licensee, named, place
from yesand.kernel.clock import stamp

Part = dict[str, Any]


def offer(request: Request, target: str, assigner: str, until: date | None = None) -> Part:
    """Return the offer, in JSON-LD whose context has the prefixes of our profile.

    Parameters
    ----------
    until : the last day on which the terms of all takes permit it.

    >>> from datetime import UTC, datetime
    >>> asked = Request("lab", "research", "recognition", datetime(2026, 10, 1, tzinfo=UTC))
    >>> offer(asked, "urn:data", "urn:house")["odrl:permission"]["odrl:action"]
    {'@id': 'ya:train'}
    """
    rule = {
        "odrl:assigner": {"@id": assigner},
        "odrl:assignee": {"@id": licensee(request.licensee)},
        "odrl:target": {"@id": target},
    }
    return {
        "@type": ["CreativeWork", "odrl:Offer"],
        "@id": f"{target}#offer",
        "name": "What this copy may be used for",
        "odrl:profile": {"@id": PROFILE},
        "odrl:permission": {
            "@type": "odrl:Permission",
            **rule,
            "odrl:action": {"@id": named(request.action)},
            "odrl:constraint": list(_limits(request, until)),
        },
        "odrl:prohibition": [
            {"@type": "odrl:Prohibition", **rule, "odrl:action": {"@id": name}}
            for name in ("odrl:grantUse", "odrl:distribute")
        ],
    }


def _limits(request: Request, until: date | None) -> Iterator[Part]:
    yield _is("odrl:purpose", named(request.purpose))
    yield _is("ya:use", named(request.use_class))
    yield _is("ya:channel", named(request.modality))
    yield _is("ya:form", named(request.material))
    yield _limit("odrl:spatial", "odrl:isPartOf", {"@id": place(request.territory)})
    yield _limit("ya:commercial", "odrl:eq", request.commercial)
    if until is not None:
        last = {"@type": "xsd:dateTime", "@value": stamp(last_moment(until))}
        yield _limit("odrl:dateTime", "odrl:lteq", last)


def _is(left: str, name: str) -> Part:
    return _limit(left, "odrl:eq", {"@id": name})


def _limit(left: str, operator: str, right: Any) -> Part:
    return {
        "@type": "odrl:Constraint",
        "odrl:leftOperand": {"@id": left},
        "odrl:operator": {"@id": operator},
        "odrl:rightOperand": right,
    }
