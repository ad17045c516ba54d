"""Which generators there are of this house's own."""

from __future__ import annotations

from yesand.kernel.errors import BadInput
from yesand.synthetic.making.generator import Generator

VARIATION, TROUPE = "variation", "troupe"
#: The one that runs a command of somebody else's.
OUTSIDE = "outside"
NAMES = (VARIATION, TROUPE, OUTSIDE)


def own(name: str) -> Generator:
    """Return a generator of this house's own by its name, with its usual settings.

    Raises
    ------
    BadInput : there is none of that name.
    """
    if name == VARIATION:
        from yesand.synthetic.making.variation import Variation

        return Variation()
    if name == TROUPE:
        from yesand.synthetic.making.troupe import Troupe

        return Troupe()
    raise BadInput(
        f"No generator of the house is called {name!r}",
        where="--generator",
        remedy=f"Of {', '.join(NAMES)}.",
    )
