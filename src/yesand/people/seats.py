"""The organisations that every house has, and which organisation a seat belongs to."""

from __future__ import annotations

#: Who runs the house and collects the takes.
PRODUCER = "producer"
#: The house's own licensee: what it trains stays inside.
HOUSE_LAB = "house-lab"
#: Who reads everything, and writes findings and audits of pay alone.
AUDITOR = "auditor"

#: Organisations inside the house: the only ones that trial terms ever serve.
INSIDE = frozenset({PRODUCER, HOUSE_LAB})

#: Role → the kind of organisation its seat must belong to; other roles sit for themselves.
SITS_FOR = {
    "producer": "producer",
    "licensee": "licensee",
    "auditor": "auditor",
    "union": "union",
}
