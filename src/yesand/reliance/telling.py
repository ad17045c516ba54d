"""Who trained on a performer, in plain words: what each model's share means to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yesand.reliance.shares import BILLION


@dataclass(frozen=True)
class Learned:
    """One model that learned from a performer.

    Attributes
    ----------
    serving : the licensees that have it in service now, by name.
    ended : when the last of its services ended, if none is left.
    share_ppb, low_ppb, high_ppb : of its latest report; none: nobody has measured it.
    sets_shares : whether that report is sure enough to pay by.
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

    @property
    def means(self) -> str:
        """What it means to the performer, in one or two sentences."""
        return f"{self._leans} {self._pays}"

    @property
    def _leans(self) -> str:
        if self.share_ppb is None or self.low_ppb is None or self.high_ppb is None:
            return "Nobody has measured yet how much it leans on you."
        low, high = _percent(self.low_ppb), _percent(self.high_ppb)
        return (
            f"Of what it learned from all performers, about {_percent(self.share_ppb)} is yours "
            f"(most likely between {low} and {high})."
        )

    @property
    def _pays(self) -> str:
        if self.serving:
            by = "that part" if self.sets_shares else "the part that your agreement names instead"
            return f"It is in service, and of what its use pays to performers, {by} is yours."
        if self.ended is not None:
            return f"It was taken out of service on {self.ended:%Y-%m-%d} and earns nothing now."
        return "It is not in service, so it earns nothing now."


def _percent(ppb: int) -> str:
    return f"{ppb / BILLION * 100:.0f} %"
