"""Which of its three parts the rating page asks: emotions, sliders, a line. Pure."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import Self

from yesand.kernel.errors import BadInput
from yesand.kernel.wording import marked as _


@dataclass(frozen=True)
class Questions:
    """What is asked of a take.

    Attributes
    ----------
    emotions : labels, each with an intensity. axes : pleasant, excited, in control.
    line : drawn over the waveform; nobody must draw one.
    """

    emotions: bool = True
    axes: bool = True
    line: bool = True

    def __post_init__(self) -> None:
        """Refuse to ask nothing that has to be answered.

        Raises
        ------
        BadInput : neither emotions nor axes are asked for.
        """
        if not (self.emotions or self.axes):
            raise BadInput(
                _("A rater must be asked for emotions or for the sliders"),
                remedy=_("A line alone may be left empty."),
            )

    def __str__(self) -> str:
        """Name what is asked, as it is kept: ``emotions axes line``."""
        return " ".join(name for name, asked in zip(PARTS, astuple(self), strict=True) if asked)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what is asked from names with spaces or commas between them.

        Raises
        ------
        BadInput : a name that there is none of, or nothing that has to be answered.

        >>> str(Questions.read("line, emotions"))
        'emotions line'
        """
        named = set(text.replace(",", " ").split())
        unknown = sorted(named - set(PARTS))
        if unknown:
            remedy = f"Use {', '.join(PARTS)}."
            raise BadInput(f"No question {unknown[0][:40]!r}", where="ask", remedy=remedy)
        return cls(*(part in named for part in PARTS))


#: What may be asked, in the page's order.
PARTS = tuple(each.name for each in fields(Questions))
EVERYTHING = Questions()
