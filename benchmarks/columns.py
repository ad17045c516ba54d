"""One request put to a hundred thousand agreements: as columns, beside terms compiled one by one.

Both are ours and must agree. Columns (``corpus.standings``) are what the gate uses: each distinct
value of a field is asked once, and agreements that are answered in the same words come out
together, which a manifest must tell. Terms compiled to bits (``agreements.compiled``) say yes or no
and nothing else. Both start from terms that were read, and the time has loading in it: a gate is
asked once.
"""

from __future__ import annotations

import random

from benchmarks.gate import AGREEMENTS, REQUEST, standing_of
from benchmarks.harness import Result, seconds
from yesand.agreements.compiled import Ask, Rule, permits
from yesand.corpus.standings import Standings


def run() -> Result:
    """Measure both on the same agreements."""
    chance = random.Random(20261125)
    standings = tuple(standing_of(f"{n:064x}", chance) for n in range(AGREEMENTS))
    asked = Ask.of(REQUEST)
    rules = [Rule.of(standing.terms) for standing in standings]
    columns = Standings.of(standings)

    def by_bits(rules: list[Rule]) -> list[bool]:
        return [
            permits(r, asked, s.withdrawals, approvals=s.approvals, suspensions=s.suspensions)
            for r, s in zip(rules, standings, strict=True)
        ]

    if by_bits(rules) != columns.answer(REQUEST).permit.tolist():
        raise AssertionError("columns and bits disagree")
    asking = seconds(lambda: columns.answer(REQUEST)), seconds(lambda: by_bits(rules))
    return Result(
        name="columns",
        what=(
            f"one request put to {AGREEMENTS:,} agreements, all terms different, with loading "
            f"them; asking alone takes {asking[0]:.3f} s with the groups that are answered in the "
            f"same words, and {asking[1]:.3f} s for yes or no by bits"
        ),
        value=seconds(lambda: Standings.of(standings).answer(REQUEST)),
        unit="s",
        peer="our own terms compiled to bits, one by one",
        peer_value=seconds(lambda: by_bits([Rule.of(s.terms) for s in standings])),
    )
