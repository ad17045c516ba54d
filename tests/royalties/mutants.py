"""Ways to break the code on purpose, each of which the simulator must find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from yesand.royalties import ledger, lines, pooled, pricing, promised, reckoning
from yesand.royalties import statement as stating
from yesand.royalties.auditing import audit
from yesand.royalties.lines import Kind
from yesand.royalties.paying import matching, plan
from yesand.royalties.simulating import audited, bench, till

Patch = pytest.MonkeyPatch


def rounds_down(patch: Patch) -> None:
    """An amount loses its rest instead of being rounded half to even."""
    for module in (lines, pooled, pricing, promised):
        patch.setattr(module, "part", lambda micro, top, under: micro * top // under)


def rounds_half_up(patch: Patch) -> None:
    """A half goes up and not to the even neighbour."""
    for module in (lines, pooled, pricing, promised):
        patch.setattr(module, "part", lambda m, top, under: (2 * m * top + under) // (2 * under))


def cuts_each_slice_alone(patch: Patch) -> None:
    """Slices are rounded each by itself, so that they no longer add up."""

    def alone(whole: int, before: int, size: int, total: int) -> int:
        return whole * size // total

    patch.setattr(lines, "slice_of", alone)
    patch.setattr(promised, "slice_of", alone)


def forgets_late_use(patch: Patch) -> None:
    """What comes in late is worth nothing."""
    made = reckoning.lines_of

    def late(*told: Any) -> Any:
        for line in made(*told):
            yield line.model_copy(update={"micro": 0}) if line.kind is Kind.LATE else line

    patch.setattr(reckoning, "lines_of", late)


def forgets_what_was_carried(patch: Patch) -> None:
    """The rest below a cent is lost instead of brought forward."""
    made = stating.statement

    def lost(facts: Any, *told: Any) -> Any:
        return made(facts.model_copy(update={"brought_forward_micro": 0}), *told)

    patch.setattr(bench, "statement", lost)
    patch.setattr(bench, "recompute", lambda issued, *_: issued)


def posts_contributions_twice(patch: Patch) -> None:
    """What goes to the fund on top is also credited to the performer."""
    drafted = ledger.drafts_of

    def twice(issued: Any, digest: str) -> Any:
        more = [line for line in issued.lines if line.kind is Kind.CONTRIBUTION]
        also = [line.model_copy(update={"kind": Kind.ROYALTY}) for line in more]
        return drafted(issued.model_copy(update={"lines": (*issued.lines, *also)}), digest)

    patch.setattr(bench, "drafts_of", twice)


def splits_cumulative_totals_anew(patch: Patch) -> None:
    """The whole pool is handed out by largest remainder: what a line got moves with the others."""
    made = reckoning.lines_of

    def split(*told: Any) -> Any:
        for line in made(*told):
            pool, share = line.pool_micro or 0, line.share_ppb or 0
            yield line.model_copy(update={"micro": -(-pool * share // 10**9)})

    patch.setattr(reckoning, "lines_of", split)


def tops_every_month_up_whole(patch: Patch) -> None:
    """A minimum is paid on top of what was earned, not up to it."""
    made = promised._minimum
    patch.setattr(promised, "_minimum", lambda *told: made(*told[:-1], {**_Nothing()}))


class _Nothing(dict[tuple[str, str], int]):
    def __missing__(self, key: tuple[str, str]) -> int:
        return 0


def ignores_real_time(patch: Patch) -> None:
    """Real-time use counts once."""
    priced = pricing.Prices.price
    patch.setattr(pricing.Prices, "price", lambda own, unit, _: priced(own, unit, False))


def books_a_payout_twice(patch: Patch) -> None:
    """Another message about the same booking books it again."""

    def again(told: Any, known: Any) -> Any:
        verdict = matching.judged(told, known)
        return replace(verdict, again=False, problem=None) if verdict.again else verdict

    patch.setattr(till, "judged", again)


def pays_who_is_held(patch: Patch) -> None:
    """Holds are forgotten."""
    why = plan._reason
    patch.setattr(plan, "_reason", lambda payee, *told: why(replace(payee, held=""), *told))


def rounds_payouts_up(patch: Patch) -> None:
    """A payout is rounded up to the next cent."""
    planned = plan.planned

    def up(*told: Any) -> Any:
        made = planned(*told)
        items = tuple(replace(item, minor=item.minor + 1) for item in made.items)
        return replace(made, items=items)

    patch.setattr(till, "planned", up)


def bears_an_audit_s_cost_at_the_clause(patch: Patch) -> None:
    """The payer bears an audit's cost where the shortfall is just what was agreed on."""
    made = audit.audit_cost

    def at_it(pay: Any, due: Any, shortfall: Any, cost: Any) -> Any:
        found = made(pay, due, shortfall, cost)
        ppm = pay.audit_shortfall_ppm
        return replace(found, payer=bool(ppm) and shortfall.micro * 10**6 >= due.micro * ppm)

    patch.setattr(audit, "audit_cost", at_it)


def takes_no_audit_s_cost_back(patch: Patch) -> None:
    """An audit that puts another right leaves the other's cost in the books."""
    patch.setattr(audited, "reversal_of", lambda *told: None)


#: Each is found by the pure core alone.
MUTANTS: tuple[Callable[[Patch], None], ...] = (
    rounds_down,
    rounds_half_up,
    cuts_each_slice_alone,
    forgets_late_use,
    forgets_what_was_carried,
    posts_contributions_twice,
    splits_cumulative_totals_anew,
    tops_every_month_up_whole,
    ignores_real_time,
    books_a_payout_twice,
    pays_who_is_held,
    rounds_payouts_up,
    bears_an_audit_s_cost_at_the_clause,
    takes_no_audit_s_cost_back,
)
