"""From a pool to one performer's lines: their share, the equal part, and what a fund gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from yesand.agreements.terms import MILLION, Pay
from yesand.kernel.money import Money, part
from yesand.royalties import reasons
from yesand.royalties.lines import (
    BILLION,
    Kind,
    Line,
    Share,
    Through,
    Weight,
    equal_ppb,
    of_agreement,
)


@dataclass(frozen=True)
class Pool:
    """What some use of a model puts in, and what every line of it says alike.

    Attributes
    ----------
    micro : in micro-units of ``currency``.
    made : how it came about, in words; nothing, where no price is named.
    unpriced : the words for that.
    about : the fields of a line that say what was used: deployment, unit, quantity, price …
    late : put before the words of what came in after its month was settled.
    """

    kind: Kind
    currency: str
    micro: int
    made: str
    about: dict[str, Any]
    unpriced: str = ""
    late: str = ""


def lines_of(pool: Pool, pay: Pay, weight: Weight, agreement: str, share: Share) -> Iterator[Line]:
    """Yield the lines of one performer's agreement: nothing of the pool is paid twice.

    Where ``share`` is what pays, the first line has it; where a lower bound pays, the last one is
    what lies between, so that both come to what the share as it was measured would have paid.
    """
    # Part of a pool that all share equally, as the funds for non-featured performers are:
    # 17 U.S.C. § 114(g)(2)(B) and (C).
    equally = part(pool.micro, pay.non_featured_ppm, MILLION)
    featured = pool.micro - equally
    about = {**pool.about, "agreement": agreement, "via": weight.via}
    paid = part(featured, share.ppb, BILLION)
    left = Money(pool.currency, featured) if equally else None
    why = reasons.shared(pool.made, share, left) if pool.made else pool.unpriced
    why += reasons.through(weight.via) if weight.via else ""
    synthetic = _synthetic(featured, paid, share)
    why += reasons.synthetic(pool.currency, synthetic)
    yield Line(
        kind=pool.kind,
        micro=paid,
        why=pool.late + why,
        pool_micro=featured,
        through=synthetic,
        **about,
        **_measured(share),
    )
    if equally and not weight.via:
        yield _equal(pool, pay, weight, agreement, about, equally)
    between = part(featured, share.point_ppb, BILLION) - paid
    if share.policy == "lower-bound" and between:
        yield Line(
            kind=Kind.UNCERTAINTY,
            micro=between,
            why=pool.late + reasons.between(share),
            pool_micro=featured,
            **about,
            **{**_measured(share), "share_ppb": share.point_ppb - share.ppb},
        )


def _synthetic(featured: int, paid: int, share: Share) -> tuple[Through, ...]:
    """Return what of a line came through synthetic takes; all of it is no more than the line."""
    found, left = list[Through](), paid
    for one in share.through:
        micro = min(left, part(featured, one.ppb, BILLION))
        left -= micro
        found.append(Through(batch=one.batch, share_ppb=one.ppb, micro=micro))
    return tuple(found)


def _measured(share: Share) -> dict[str, Any]:
    told = {
        "basis": share.basis,
        "share_ppb": share.ppb,
        "low_ppb": share.low_ppb,
        "high_ppb": share.high_ppb,
        "method": share.method,
        "report": share.report,
    }
    if share.policy == "point":
        return told
    return {**told, "policy": share.policy, "point_ppb": share.point_ppb}


def _equal(
    pool: Pool, pay: Pay, weight: Weight, agreement: str, about: dict[str, Any], micro: int
) -> Line:
    ppb = of_agreement(equal_ppb(weight), weight, agreement)
    shown = Money(pool.currency, micro)
    why = reasons.equally(pool.made, shown, pay.non_featured_ppm, weight.performers)
    return Line(
        kind=Kind.NON_FEATURED,
        micro=part(micro, ppb, BILLION),
        why=pool.late + why,
        pool_micro=micro,
        basis="equal",
        share_ppb=ppb,
        low_ppb=ppb,
        high_ppb=ppb,
        method="equal",
        **about,
    )
