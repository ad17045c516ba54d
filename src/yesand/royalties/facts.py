"""What a statement is computed from: the settlement's totals, and what is the performer's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from yesand.royalties.exchange import Exchange
from yesand.royalties.lines import Digest, Month, Part, Schema, Signed, Weight, Whole
from yesand.royalties.shrinking import PERMILLE
from yesand.royalties.tariffs.tariff import InForce


class UsageTotal(Schema):
    """Metered use newly settled: one deployment, unit, pace and month.

    ``quantity`` counts units; for ``revenue`` it is micro-units of ``currency``. ``estimate`` is
    the record that stands for usage of which nothing has come in.
    """

    LATER = frozenset({"estimate"})

    deployment: str
    model: Digest
    licensee: str
    unit: str
    currency: str | None
    realtime: bool
    usage_period: Month
    quantity: Whole
    events: Whole
    estimate: Digest | None = None


class Service(Schema):
    """A deployment, and those of the settled months in which it was in service."""

    deployment: str
    model: Digest
    licensee: str
    months: tuple[Month, ...]


class Ancestor(Schema):
    """A model that another was made from, and whose performers are not all in that one's manifest.

    Nobody is named.
    """

    model: Digest
    manifest: Digest
    performers: Whole
    duration_ms: Whole


class Counted(Schema):
    """A deployment's use before this settlement, where a bonus waits for it.

    ``quantity`` counts units; for ``revenue`` it is micro-units of ``currency``.
    """

    deployment: str
    unit: str
    currency: str | None
    quantity: Whole


class PayerPart(Schema):
    """What falls to a deployment of what its licensee's payers brought in, and from how many."""

    deployment: str
    model: Digest
    payers: Whole
    micro: Whole


class PayerPool(Schema):
    """What a licensee's payers brought in, each divided by their own use; nobody is named.

    Attributes
    ----------
    unit : what their use is counted in. micro : all that they brought in, in micro-units.
    table : SHA-256 of the table that it is computed from: a row a payer, without a name.
    """

    licensee: str
    currency: str
    unit: str
    payers: Whole
    micro: Whole
    table: Digest
    parts: tuple[PayerPart, ...]


class ModelBasis(Schema):
    """What the sharing of a model's pools rests on; nobody is named.

    Attributes
    ----------
    signal : of the report, in thousandths: how far its shares are more than noise; null, where
        nobody's terms ask, or the report is one that is passed on to a descendant.
    ancestors : the models through which performers beyond the manifest have a share.
    """

    LATER = frozenset({"signal", "ancestors"})

    model: Digest
    manifest: Digest
    performers: Whole
    duration_ms: Whole
    report: Digest | None
    signal: Annotated[int, Field(ge=0, le=PERMILLE)] | None = None
    ancestors: tuple[Ancestor, ...] = ()


class Recount(Schema):
    """A row of a settlement's usage as it should have been."""

    row: Whole
    quantity: Whole


class Measured(Schema):
    """A model's report as it should have been."""

    model: Digest
    report: Digest


class CorrectedMonth(Schema):
    """A month settled earlier, and all that is known by now to have been wrong in it.

    Attributes
    ----------
    settlement : of that month; what is named here stands in place of what it says.
    records : the signed corrections that are new with this settlement.
    """

    settlement: Digest
    period: Month
    reports: tuple[Measured, ...]
    usage: tuple[Recount, ...]
    records: tuple[Digest, ...]
    why: str


class Settled(Schema):
    """The predicate of a signed settlement. It holds totals and digests, no performer's data.

    Attributes
    ----------
    covers : the months whose minimums are due: the period, and months nobody settled before it.
    batches : usage batches that came in since the settlement before.
    corrections : months settled earlier that this settlement puts right.
    rates : by which declared revenue is paid in another currency, where terms ask for one.
    agreements : SHA-256 of the canonical sorted list of all agreements' digests.
    tariffs : the tables that price a month by some agreement, each as it was in force.
    counted : what was used of a deployment before, for bonuses.
    payers : what each payer brought in, divided by their own use, where terms ask for it.
    """

    LATER = frozenset({"corrections", "rates", "tariffs", "counted", "payers"})

    version: Literal[1] = 1
    house: str
    period: Month
    covers: tuple[Month, ...]
    previous: Digest | None
    trial: bool
    synthetic: bool
    usage: tuple[UsageTotal, ...]
    services: tuple[Service, ...]
    models: tuple[ModelBasis, ...]
    batches: tuple[Digest, ...]
    agreements: Digest
    corrections: tuple[CorrectedMonth, ...] = ()
    rates: tuple[Exchange, ...] = ()
    tariffs: tuple[InForce, ...] = ()
    counted: tuple[Counted, ...] = ()
    payers: tuple[PayerPool, ...] = ()


class SessionHeld(Schema):
    """A session whose fee is due, and who pays it."""

    session: str
    agreement: Digest
    payer: str
    on: str


class Party(Schema):
    """Who made an agreement with the performer: it pays the advance, and is paid back."""

    agreement: Digest
    payer: str


class Advance(Schema):
    """An advance as a statement leaves it: what is not earned out yet is open.

    ``over_micro`` was earned towards it when nothing was open any more, and was paid.
    ``granted_in`` is the month of the statement that paid it; null: nobody said so yet.
    """

    LATER = frozenset({"over_micro", "granted_in"})

    payer: str
    name: str
    granted_micro: Whole
    open_micro: Whole
    over_micro: Whole = 0
    granted_in: Month | None = None


class Taxed(Schema):
    """By which table a country's tax is withheld, and by which certificate of residence."""

    country: str
    table: Digest
    certificate: Digest | None


class Hold(Schema):
    """A line in dispute since the statement before, or one no longer: earned, and not payable."""

    statement: Digest
    line: Whole
    micro: Whole
    released: bool


class Evidence(Schema):
    """The digests of everything the statement was computed from.

    ``instruments`` are tax tables, certificates, directions and exchange rates; ``corrected`` the
    performer's own statements that this one puts right.
    """

    settlement: Digest
    agreements: tuple[Digest, ...]
    reports: tuple[Digest, ...]
    manifests: tuple[Digest, ...]
    batches: tuple[Digest, ...]
    previous: Digest | None
    instruments: tuple[Digest, ...] = ()
    corrected: tuple[Digest, ...] = ()
    tariffs: tuple[Digest, ...] = ()
    estimates: tuple[Digest, ...] = ()

    LATER = frozenset({"instruments", "corrected", "tariffs", "estimates"})


class Facts(Schema):
    """What is the performer's own: who they are, what they gave, what was carried to now.

    Attributes
    ----------
    brought_forward_micro : what the statement before carried on; below nothing, if a correction
        took back more than was earned since.
    advances : as the statement before left them.
    directions : the performer's own, that stood at the month's end, by digest.
    """

    LATER = frozenset("parties advances taxes directions holds".split())

    period: Month
    performer: str
    performer_key: Digest
    currency: str
    trial: bool
    synthetic: bool
    weights: tuple[Weight, ...]
    sessions: tuple[SessionHeld, ...]
    brought_forward_micro: Signed
    previous: Digest | None
    parties: tuple[Party, ...] = ()
    advances: tuple[Advance, ...] = ()
    taxes: tuple[Taxed, ...] = ()
    directions: tuple[Digest, ...] = ()
    holds: tuple[Hold, ...] = ()

    @property
    def agreements(self) -> tuple[str, ...]:
        """The agreements under which the performer is in these models, in order."""
        return tuple(sorted({p.agreement for w in self.weights for p in w.parts}))


def places(model: str, manifest: str, given: Mapping[str, Sequence[Part]]) -> dict[str, Weight]:
    """Return each performer's place in a model's manifest, by handle, in the handles' order.

    Parameters
    ----------
    given : handle → what they gave, a part for each agreement.
    """
    found: dict[str, Weight] = {}
    total = sum(part.duration_ms for parts in given.values() for part in parts)
    before = 0
    for rank, handle in enumerate(sorted(given)):
        found[handle] = Weight(
            model=model,
            manifest=manifest,
            performers=len(given),
            rank=rank,
            total_ms=total,
            before_ms=before,
            parts=_merged(given[handle]),
        )
        before += found[handle].own_ms
    return found


def _merged(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Add up what was given under agreements that one agreement has followed since."""
    found: dict[str, Part] = {}
    for part in parts:
        was = found.get(part.agreement, Part(agreement=part.agreement, takes=0, duration_ms=0))
        found[part.agreement] = Part(
            agreement=part.agreement,
            takes=was.takes + part.takes,
            duration_ms=was.duration_ms + part.duration_ms,
        )
    return tuple(found[agreement] for agreement in sorted(found))
