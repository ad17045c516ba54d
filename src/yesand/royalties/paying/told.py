"""One movement of money as a bank, or another way of paying, tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yesand.kernel.ids import digest_of
from yesand.kernel.money import Money


@dataclass(frozen=True)
class Told:
    """One movement on the house's account.

    Attributes
    ----------
    out : whether money left the account; otherwise it came in.
    end_to_end : the id of the payout that it names; empty: it names none.
    reference : the bank's own name for it: the same in every file that tells of it.
    on : the day that it was booked.
    back : whether it undoes an earlier payment.
    reason : why it came back, as the bank's code and words say.
    who : the other party, as the bank names it.
    source : the kind of message that told of it; another kind may tell of the same once more.
    words : what the payer wrote, or a reference that they were given.
    """

    out: bool
    money: Money
    end_to_end: str
    reference: str
    on: date
    back: bool = False
    reason: str = ""
    who: str = ""
    source: str = ""
    words: str = ""

    def key(self, nth: int) -> str:
        """Return what names it among all movements.

        Parameters
        ----------
        nth : which it is of those in its file that are the same in everything.
        """
        what = [self.out, str(self.money), self.end_to_end, self.reference, str(self.on), nth]
        return digest_of([*what, self.back])
