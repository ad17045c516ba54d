"""What closed months lack, and where what was attested is not what was metered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from yesand.kernel.clock import Period
from yesand.kernel.place import Place
from yesand.kernel.wording import marked as _
from yesand.royalties.attesting.attested import Difference
from yesand.royalties.attesting.services import apart, in_service, metered, standing
from yesand.royalties.models import Attestation


class Lack(StrEnum):
    """What a deployment's month lacks."""

    USAGE = "no usage came in"
    ATTESTED = "nothing is attested"
    WHOLE = "not all of the month is attested"


#: The same, for pages.
WORDS = (_("no usage came in"), _("nothing is attested"), _("not all of the month is attested"))


@dataclass(frozen=True)
class Missing:
    """A deployment in service in a closed month, and what of its usage is not there."""

    period: str
    deployment: str
    licensee: str
    what: Lack

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.period}: {self.deployment} of {self.licensee}: {self.what}"


@dataclass(frozen=True)
class Month:
    """A month's attestations, with what lacks and what differs."""

    period: str
    attested: tuple[tuple[Attestation, tuple[Difference, ...]], ...]
    missing: tuple[Missing, ...]


def month(place: Place, period: Period, licensees: frozenset[int] | None = None) -> Month:
    """Return how a month stands.

    Parameters
    ----------
    licensees : of these alone; none: of all.
    """
    rows = in_service(period).select_related("licensee", "decommission").order_by("name")
    if licensees is not None:
        rows = rows.filter(licensee__in=licensees)
    deployments = list(rows)
    found = metered(place, period, [d.name for d in deployments])
    used = {key.deployment for key in found}
    stands = {by: row for by in {d.licensee for d in deployments} if (row := standing(by, period))}
    missing = []
    for d in deployments if period.end <= place.clock.now() else ():
        attested, end = stands.get(d.licensee), getattr(d, "decommission", None)
        needed = min(period.end, end.until) if end else period.end
        whole = attested is not None and attested.until >= needed
        # Who attests that there was none has said what there is to say.
        lacks = [Lack.USAGE] if d.name not in used and not whole else []
        lacks += [] if whole else [Lack.WHOLE if attested else Lack.ATTESTED]
        missing += [Missing(str(period), d.name, d.licensee.slug, what) for what in lacks]
    told = sorted(stands.values(), key=lambda row: row.licensee.slug)
    pairs = tuple((row, tuple(apart(place, row, found))) for row in told)
    return Month(str(period), pairs, tuple(missing))
