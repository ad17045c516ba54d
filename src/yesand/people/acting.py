"""Acting for a performer: what a delegate may be let do, each in plain words."""

from __future__ import annotations

READ, BOOK, SIGN, WITHDRAW, MONEY = "read", "book", "sign", "withdraw", "money"
BANK = "bank"

#: Scope → what it lets a delegate do for the performer.
RIGHTS = {
    READ: "see your agreements, takes and who trained on them",
    BOOK: "book, move and cancel your meetings",
    SIGN: "sign agreements in your name",
    WITHDRAW: "withdraw in your name",
    MONEY: "see your balance, statements and payouts",
    BANK: "say where you are paid: give and change your bank details",
}
