"""What the terms that a settlement pays by ask it to state: noise, tariffs, what was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from yesand.agreements.models import Agreement
from yesand.agreements.pay import SINCE_SIGNED
from yesand.agreements.terms import Terms
from yesand.corpus.models import ManifestPerformer
from yesand.kernel.canonical import parse
from yesand.kernel.clock import Period
from yesand.kernel.errors import Refused
from yesand.provenance.dsse import payload_of
from yesand.reliance.descendants.services import BOUNDED, DECLARED
from yesand.reliance.models import Report
from yesand.royalties.facts import CorrectedMonth, Counted, ModelBasis, Service, UsageTotal
from yesand.royalties.gathering.resting.services import reports, standing
from yesand.royalties.lines import REVENUE
from yesand.royalties.models import Settlement
from yesand.royalties.promised import counts
from yesand.royalties.shrinking import signal
from yesand.royalties.statement import parse_settled
from yesand.royalties.tariffs.services import begins, in_force
from yesand.royalties.tariffs.tariff import InForce

_PASSED_ON = {BOUNDED, DECLARED}
#: What makes a deployment's count: its name, the unit, and of revenue the currency.
Count = tuple[str, str, str | None]


@dataclass(frozen=True)
class Asking:
    """The terms that say more than prices, by the model that they are about."""

    period: Period
    terms: Mapping[str, tuple[Terms, ...]]

    @classmethod
    def of(cls, period: Period, models: Iterable[ModelBasis]) -> Asking:
        """Read them: of each model, the agreements that stood at the month's end."""
        rows = Agreement.objects.filter(terms__pay__has_any_keys=SINCE_SIGNED)
        known = dict(rows.values_list("digest", "terms"))
        if not known:
            return cls(period, {})
        read = {digest: Terms.parse(terms) for digest, terms in known.items()}
        stands, found = standing(period), dict[str, tuple[Terms, ...]]()
        for basis in models:
            held = {basis.manifest, *(a.manifest for a in basis.ancestors)}
            given = ManifestPerformer.objects.filter(manifest__in=held)
            digests = set(given.values_list("agreement", flat=True))
            those = sorted({stands.get(d, d) for d in digests} & read.keys())
            found[basis.model] = tuple(read[digest] for digest in those)
        return cls(period, found)

    def models(self, bases: Iterable[ModelBasis]) -> tuple[ModelBasis, ...]:
        """Return the models, with how far their shares are signal where terms ask for it."""
        every = reports(self.period)
        return tuple(self._measured(basis, every.get(basis.model)) for basis in bases)

    def _measured(self, basis: ModelBasis, report: Report | None) -> ModelBasis:
        pays = (terms.pay for terms in self.terms.get(basis.model, ()))
        asked = any(pay.uncertainty == "shrunk" for pay in pays)
        # What was passed on has the interval of a bound or of a word, which is no noise.
        if not asked or report is None or basis.ancestors or report.method in _PASSED_ON:
            return basis
        rows = ManifestPerformer.objects.filter(manifest=basis.manifest)
        handles = rows.values_list("performer__handle", flat=True).distinct()
        found = signal([_row(report.shares, handle) for handle in handles])
        return basis.model_copy(update={"signal": found})

    def tariffs(
        self, used: Iterable[UsageTotal], serving: Iterable[Service]
    ) -> tuple[InForce, ...]:
        """Return every version that prices a month here.

        Raises
        ------
        Refused : none is in force in a month that one must price, and which.
        """
        priced = _named(self.terms, ((row.model, row.usage_period) for row in used))
        served = _named(self.terms, ((s.model, month) for s in serving for month in s.months))
        # Before its first version a tariff has no fee for a month in which nothing was used.
        asked = priced | {one for one in served if begins(one[0]) <= one[1]}
        return tuple(in_force(*one) for one in sorted(asked))

    def payers(self, used: Iterable[UsageTotal]) -> set[tuple[str, str]]:
        """Return the licensees whose payers are asked for, each with the unit of their use."""
        return {
            (row.licensee, terms.pay.pool_unit)
            for row in used
            for terms in self.terms.get(row.model, ())
            if terms.pay.pool == "payer"
        }

    def check_estimated(self, used: Iterable[UsageTotal]) -> None:
        """Check that no estimate counts where it could not be taken back.

        Raises
        ------
        Refused : a bonus waits for it, or revenue is divided by it, and of what.
        """
        rows = list(used)
        pooled = {
            row.licensee
            for row in rows
            for terms in self.terms.get(row.model, ())
            if terms.pay.pool != "deployment"
        }
        for row in rows:
            pays = (terms.pay for terms in self.terms.get(row.model, ()))
            bonus = any(pay.bonus and counts(pay, row) for pay in pays)
            if row.estimate and (bonus or row.licensee in pooled):
                why = "a bonus waits for it" if bonus else "revenue is divided by it"
                raise Refused(
                    f"The usage of {row.deployment} is not settled on an estimate: {why}",
                    where=row.usage_period,
                    remedy="Settle without estimates: what comes in later is settled as late.",
                )

    def counted(
        self, used: Iterable[UsageTotal], corrected: Iterable[CorrectedMonth] = ()
    ) -> tuple[Counted, ...]:
        """Return what was used before of each deployment that a bonus waits for.

        Parameters
        ----------
        corrected : the months that this settlement puts right; what others have put right counts
            as it is by now.
        """
        asked: set[Count] = set()
        for row in used:
            pays = (terms.pay for terms in self.terms.get(row.model, ()) if terms.pay.bonus)
            if any(counts(pay, row) for pay in pays):
                asked.add(about(row))
        before = _before(corrected) if asked else Counter[Count]()
        return tuple(
            Counted(deployment=name, unit=unit, currency=currency, quantity=before[one])
            for one in sorted(asked, key=str)
            for name, unit, currency in [one]
        )


def _row(shares: Mapping[str, Any], handle: str) -> tuple[int, int, int]:
    found = shares.get(handle)
    return (found["share_ppb"], found["low_ppb"], found["high_ppb"]) if found else (0, 0, 0)


def _named(
    terms: Mapping[str, tuple[Terms, ...]], months: Iterable[tuple[str, str]]
) -> set[tuple[str, str, str]]:
    """Return (tariff, month, currency) wherever terms name a tariff for a model's month."""
    return {
        (each.pay.tariff, month, each.pay.currency)
        for model, month in months
        for each in terms.get(model, ())
        if each.pay.tariff
    }


def about(row: UsageTotal | Counted) -> Count:
    """Return the deployment's count that a row belongs to."""
    return row.deployment, row.unit, row.currency if row.unit == REVENUE else None


def _before(corrected: Iterable[CorrectedMonth]) -> Counter[Count]:
    """Add up all usage that was ever settled, as it was put right since."""
    rows: dict[str, list[tuple[Count, int]]] = {}
    months: list[CorrectedMonth] = []
    told = Settlement.objects.order_by("period").values_list("digest", "envelope")
    for digest, envelope in told.iterator():
        settled = parse_settled(parse(payload_of(envelope))["predicate"])
        rows[digest] = [(about(row), row.quantity) for row in settled.usage]
        months += settled.corrections
    for month in (*months, *corrected):
        for right in month.usage:
            whose = rows[month.settlement]
            whose[right.row] = whose[right.row][0], right.quantity
    found = Counter[Count]()
    for count, quantity in (each for some in rows.values() for each in some):
        found[count] += quantity
    return found
