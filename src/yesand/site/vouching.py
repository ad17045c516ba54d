"""Where the log's witnesses stand, for its page."""

from __future__ import annotations

from dataclasses import dataclass

from yesand.kernel.errors import BadInput
from yesand.kernel.place import Place
from yesand.provenance.services import log_of
from yesand.provenance.witnessing.asking import Standing, standings
from yesand.provenance.witnessing.witnesses import quorum


@dataclass(frozen=True)
class Vouched:
    """The witnesses, and whether enough of them have cosigned the log as it is now."""

    witnesses: list[Standing]
    size: int
    root: bytes
    enough: int
    fault: str = ""

    @property
    def now(self) -> int:
        """How many have cosigned the latest checkpoint."""
        heads = [held.head for held in self.witnesses]
        return sum(1 for h in heads if h and (h.size, h.root) == (self.size, self.root))

    @property
    def reached(self) -> bool:
        """Whether that is enough."""
        return self.now >= self.enough


def vouched(place: Place) -> Vouched | None:
    """Return where the witnesses stand; none: the house asks nobody."""
    head = log_of(place).head()
    try:
        held = standings(place)
        enough = quorum(len(held))
    except BadInput as fault:
        return Vouched([], head.size, head.root, 0, fault.sentence())
    return Vouched(held, head.size, head.root, enough) if held else None
