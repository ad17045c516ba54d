"""From what players bring to what people have: effects, shares and intervals (``through``).

Where a part is no convention and no measurement, it has an interval. A share's own interval is then
that of the effects, moved by as much as the parts of each source could be others.

Takes that taught no fold, since each holds out somebody whom they descend from, were never part of
what was asked. They count by their minutes, and the interval says that nobody measured it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from yesand.reliance.inputs import Floats
from yesand.reliance.panel import Panel, Resampled, interval
from yesand.reliance.passing import Source, passed_on
from yesand.reliance.report import RelianceReport
from yesand.reliance.rows import Row
from yesand.reliance.shares import BILLION, apportion, fractions
from yesand.reliance.through import Through, Unasked

#: So much of what was taught may go unmeasured in a report that sets shares.
MOST_UNASKED = BILLION // 2
_UNPRICED = (
    "More than half of what the model was taught are synthetic takes that nobody could be asked "
    "about, so that minutes, and no measurement, would set most of the shares."
)


@dataclass(frozen=True)
class Pooled(Panel):
    """A panel of players, told of the people for whom they stand."""

    through: Through | None = None

    @classmethod
    def of_players(cls, panel: Panel, through: Through | None) -> Panel:
        """Return a panel by people; the same one where nothing is synthetic."""
        return panel if through is None else cls(**vars(panel), through=through)

    def effects(self) -> Floats:
        """Return the estimate, (people,)."""
        assert self.through is not None
        return self.through.pooled(super().effects())

    def by_player(self) -> Floats:
        """Return the estimate, (players,)."""
        return super().effects()

    def by_emotion(self) -> Floats | None:
        """Return the estimate by emotion, (people, C)."""
        assert self.through is not None
        found = super().by_emotion()
        return None if found is None else self.through.pooled(found.T).T

    def losses(self) -> Floats:
        """Return the exact loss without each performer and what is theirs alone, (people,)."""
        assert self.through is not None
        return super().losses()[: self.through.people]

    def resampled(self, times: int, rng: np.random.Generator) -> Resampled:
        """Bootstrap, by people."""
        assert self.through is not None
        found = super().resampled(times, rng)
        return replace(
            found,
            effect=self.through.pooled(found.effect),
            without=found.without[:, : self.through.people],
            by_player=found.effect,
        )


def spread(through: Through, resampled: Resampled) -> Floats:
    """Return the shares' interval, (2, people), with that of what is passed on."""
    assert resampled.by_player is not None
    share = fractions(resampled.effect)
    whole = np.clip(resampled.effect, 0, None).sum(axis=1, keepdims=True)
    brought = np.clip(resampled.by_player[:, through.people :], 0, None)
    brought = np.divide(brought, whole, out=np.zeros_like(brought), where=whole > 0)
    least = share - brought @ (through.part - through.low)
    most = share + brought @ (through.high - through.part)
    ends: Floats = np.clip([interval(least)[0], interval(most)[1]], 0, 1)
    return ends


def divided(through: Through, players: Floats, parts: Sequence[int]) -> list[dict[str, int]]:
    """Return of each performer's share what came through synthetic takes, by batch.

    A share is divided as its effects are, none of them counted below nothing.

    Parameters
    ----------
    players : (players,) effects. parts : the people's shares, in parts per billion.
    """
    kept = np.clip(players, 0, None)
    brought = kept[through.people :, None] * through.part
    whole = kept[: through.people] + brought.sum(axis=0)
    found = []
    for who, share in enumerate(parts):
        by_batch = dict.fromkeys(sorted({*through.batches}), 0)
        for source, batch in enumerate(through.batches):
            if whole[who] > 0:
                by_batch[batch] += int(share * (brought[source, who] / whole[who]))
        found.append({batch: ppb for batch, ppb in by_batch.items() if ppb})
    return found


def beside_unasked(found: RelianceReport, through: Through | None) -> RelianceReport:
    """Return a report with what was never asked about, by its minutes.

    Where that is more than half of all, minutes and no measurement would set what is paid: then the
    report sets no shares.
    """
    if through is None or not through.unasked:
        return found
    asked = through.performed_ms + through.played_ms
    cuts = apportion([float(asked), *(float(one.ms) for one in through.unasked)])
    shares = {r.performer: (r.share_ppb, r.low_ppb, r.high_ppb) for r in found.rows}
    sources = [Source(cuts[0], 0, BILLION, shares)]
    told_of = zip(cuts[1:], through.unasked, strict=True)
    sources += [Source(cut, 0, BILLION, one.shares) for cut, one in told_of]
    rows = {row.performer: row for row in found.rows}
    told = passed_on(sources)
    whole = replace(
        found,
        rows=tuple(_with(rows[who], told[who], cuts, through.unasked) for who in sorted(rows)),
        caveats=(*found.caveats, _unmeasured(through, cuts)),
    )
    return whole.unpriced(_UNPRICED) if sum(cuts[1:]) > MOST_UNASKED else whole


def _with(
    row: Row, told: tuple[int, int, int], cuts: Sequence[int], unasked: Sequence[Unasked]
) -> Row:
    """Return a performer's row with what was never asked about."""
    by_batch = {batch: ppb * cuts[0] // BILLION for batch, ppb in row.through}
    for cut, one in zip(cuts[1:], unasked, strict=True):
        mine = cut * one.shares.get(row.performer, (0, 0, 0))[0] // BILLION
        by_batch[one.batch] = by_batch.get(one.batch, 0) + mine
    share, low, high = told
    told_of = tuple(sorted((batch, ppb) for batch, ppb in by_batch.items() if ppb))
    return replace(row, share_ppb=share, low_ppb=low, high_ppb=high, through=told_of)


def _unmeasured(through: Through, cuts: Sequence[int]) -> str:
    part = sum(cuts[1:]) / BILLION * 100
    batches = ", ".join(sorted({one.batch[:12] for one in through.unasked}))
    return (
        f"Synthetic takes of {batches} taught the final model alone, since in every fold somebody "
        "whom they descend from was asked. What rests on them is not measured: they count by "
        f"their minutes, {part:.1f} % of all, and the intervals say that it may be nothing or all."
    )
