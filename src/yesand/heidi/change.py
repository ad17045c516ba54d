"""Why a statement differs from the one before: its lines compared, the largest difference first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yesand.royalties.lines import ON_TOP, Line, percent
from yesand.royalties.statement import Statement


@dataclass(frozen=True)
class Difference:
    """What one kind of line gave then and gives now, in micro-units, and what moved it."""

    name: str
    before: int
    now: int
    reasons: tuple[str, ...]

    @property
    def by(self) -> int:
        """How much more (or less) it is."""
        return self.now - self.before


def differences(before: Statement | None, now: Statement) -> list[Difference]:
    """Return what changed between two statements, the largest change first."""
    then, this = _grouped(before.lines if before else ()), _grouped(now.lines)
    found = [
        Difference(
            name,
            _sum(then.get(name, [])),
            _sum(this.get(name, [])),
            _reasons(then.get(name, []), this.get(name, [])),
        )
        for name in sorted(then.keys() | this.keys())
    ]
    return sorted((d for d in found if d.by), key=lambda d: (-abs(d.by), d.name))


def _grouped(lines: Sequence[Line]) -> dict[str, list[Line]]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        if line.kind not in ON_TOP:  # goes to a fund, and is not the pay
            groups.setdefault(_name(line), []).append(line)
    return groups


def _name(line: Line) -> str:
    if line.corrects is not None:
        return "corrections of earlier months"
    kind = line.kind.value.replace("-", " ")
    return f"{kind} of {line.deployment}" if line.deployment else kind


def _sum(lines: Sequence[Line]) -> int:
    return sum(line.micro for line in lines)


def _reasons(then: Sequence[Line], now: Sequence[Line]) -> tuple[str, ...]:
    """Say which factor moved: how much it was used, the price, or the share."""
    if not then or not now:
        return ("new",) if now else ("none this time",)
    if now[0].corrects is not None:
        return ()
    reasons = []
    used = (sum(x.quantity or 0 for x in then), sum(x.quantity or 0 for x in now))
    if used[0] != used[1]:
        reasons.append(f"{used[0]:,} → {used[1]:,} {now[0].unit or 'units'} used")
    prices = ({x.price_micro for x in then}, {x.price_micro for x in now})
    if prices[0] != prices[1]:
        reasons.append("another price")
    shares = (then[0].share_ppb, now[0].share_ppb)
    if None not in shares and shares[0] != shares[1]:
        reasons.append(f"share {percent(shares[0] or 0)} → {percent(shares[1] or 0)}")
    return tuple(reasons)
