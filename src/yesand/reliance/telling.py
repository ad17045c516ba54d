"""Who trained on a performer, and what part of it is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Learned:
    """One model that learned from a performer.

    Attributes
    ----------
    serving : the licensees that have it in service now, by name.
    ended : when the last of its services ended, if none is left.
    share_ppb, low_ppb, high_ppb : of its latest report; none: nobody has measured it.
    sets_shares : whether that report is sure enough to pay by.
    through_ppb : what of the share came through synthetic takes. synthetic_ppm : how much of the
        training was synthetic, by its length.
    """

    model: str
    digest: str
    licensee: str
    purpose: str
    use_class: str
    takes: int
    manifest: str
    serving: tuple[str, ...] = ()
    ended: datetime | None = None
    report: str = ""
    share_ppb: int | None = None
    low_ppb: int | None = None
    high_ppb: int | None = None
    sets_shares: bool = False
    through_ppb: int = 0
    synthetic_ppm: int = 0

    @property
    def synthetic_percent(self) -> float:
        """How much of the training was synthetic, in hundredths."""
        return self.synthetic_ppm / 10_000
