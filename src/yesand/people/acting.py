"""Acting for a performer: what a delegate may be let do, each in plain words."""

from __future__ import annotations

from yesand.kernel.wording import marked as _

READ, BOOK, SIGN, WITHDRAW, MONEY = "read", "book", "sign", "withdraw", "money"
BANK = "bank"

#: Scope → what it lets a delegate do for the performer.
RIGHTS = {
    READ: _("see your agreements, takes and who trained on them"),
    BOOK: _("book, move and cancel your meetings"),
    SIGN: _("sign agreements in your name"),
    WITHDRAW: _("withdraw in your name"),
    MONEY: _("see your balance, statements and payouts"),
    BANK: _("say where you are paid: give and change your bank details"),
}
