"""The countries and areas that ISO 3166-1 names, by their two letters."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

#: Stands for the whole world.
WORLD = "*"


@cache
def countries() -> frozenset[str]:
    """Return every alpha-2 code that is assigned, as the IANA time zone database lists them.

    CLDR knows more regions than there are countries: pseudo-accents (XA), an outlying Oceania (QO).

    >>> len(countries()), "XA" in countries()
    (249, False)
    """
    table = files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text("utf-8")
    rows = (row for row in table.splitlines() if row and not row.startswith("#"))
    return frozenset(row.split("\t")[0] for row in rows)
