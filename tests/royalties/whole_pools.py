"""All performers of a small model at once, so that what a pool comes to can be added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from yesand.agreements.terms import Terms
from yesand.royalties.facts import Facts, ModelBasis, Service, Settled, UsageTotal, places
from yesand.royalties.lines import BILLION, Part, Reliance, Weight, equal_ppb
from yesand.royalties.shrinking import Measured, rests, signal
from yesand.royalties.statement import Statement, recompute, statement

MODEL, MANIFEST, REPORT, SETTLEMENT, KEY, NONE = (c * 64 for c in "abcde9")


def agreement(handle: str) -> str:
    return f"{ord(handle[0]):02x}" * 32


@dataclass
class Cast:
    """Performers with their shares, of one model in service as ``coach``, by the same terms."""

    terms: Terms
    shares: Mapping[str, Measured]
    usage: Sequence[UsageTotal] = ()
    told: Mapping[str, Any] = field(default_factory=dict)
    months: tuple[str, ...] = ("2026-10",)

    @property
    def settled(self) -> Settled:
        basis = ModelBasis(
            model=MODEL,
            manifest=MANIFEST,
            performers=len(self.shares),
            duration_ms=1_000 * len(self.shares),
            report=REPORT,
            signal=signal(list(self.shares.values())),
        )
        service = Service(deployment="coach", model=MODEL, licensee="acme", months=self.months)
        made = Settled(
            house="yes-and/test",
            period="2026-10",
            covers=self.months,
            previous=None,
            trial=False,
            synthetic=False,
            usage=tuple(self.usage),
            services=(service,),
            models=(basis,),
            batches=(),
            agreements=NONE,
        )
        return made.model_copy(update=dict(self.told))

    def weights(self) -> dict[str, Weight]:
        given = {h: [Part(agreement=agreement(h), takes=1, duration_ms=1_000)] for h in self.shares}
        placed = places(MODEL, MANIFEST, given)
        found = self.settled.models[0].signal or 0
        left = rests([(self.shares[h][0], equal_ppb(w)) for h, w in placed.items()], found)
        return {
            h: w.model_copy(update={"rest": rest})
            for (h, w), rest in zip(placed.items(), left, strict=True)
        }

    def reliance(self, handle: str) -> dict[str, Reliance]:
        names = ("share_ppb", "low_ppb", "high_ppb")
        parts = dict(zip(names, self.shares[handle], strict=True))
        return {MODEL: Reliance(report=REPORT, method="subsets", **parts)}

    def issued(self, handle: str, currency: str = "EUR") -> Statement:
        """Return a performer's statement, which an auditor recomputes alike."""
        facts = Facts(
            period="2026-10",
            performer=handle,
            performer_key=KEY,
            currency=currency,
            trial=False,
            synthetic=False,
            weights=(self.weights()[handle],),
            sessions=(),
            brought_forward_micro=0,
            previous=None,
        )
        terms = {agreement(handle): self.terms}
        inputs = self.settled, SETTLEMENT, terms, self.reliance(handle)
        made = statement(facts, *inputs)
        assert recompute(made, *inputs) == made
        return made

    def all(self) -> list[Statement]:
        return [self.issued(handle) for handle in self.shares]


def used(quantity: int, **change: Any) -> UsageTotal:
    row: dict[str, Any] = {
        "deployment": "coach",
        "model": MODEL,
        "licensee": "acme",
        "unit": "request",
        "currency": None,
        "realtime": False,
        "usage_period": "2026-10",
        "quantity": quantity,
        "events": 1,
    }
    return UsageTotal(**{**row, **change})


@st.composite
def measured(draw: st.DrawFn) -> dict[str, Measured]:
    """Shares that add up to 10⁹, each with an interval around it."""
    count = draw(st.integers(1, 7))
    cuts = sorted(draw(st.integers(0, BILLION)) for _ in range(count - 1))
    shares = [b - a for a, b in zip([0, *cuts], [*cuts, BILLION], strict=True)]
    wide = st.integers(0, BILLION)
    return {
        handle: (share, max(0, share - draw(wide)), min(BILLION, share + draw(wide)))
        for handle, share in zip("ABCDEFG", shares, strict=False)
    }
