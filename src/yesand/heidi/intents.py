"""What a person may want of Heidi: a closed list."""

from __future__ import annotations

from enum import StrEnum


class Intent(StrEnum):
    """One thing that she can do; ``OTHER`` is whatever she was not taught."""

    HELP = "help"
    ACCOUNT = "account"
    AGREEMENTS = "agreements"
    CLAUSE = "clause"
    TAKES = "takes"
    MODELS = "models"
    BALANCE = "balance"
    CHANGE = "change"  # why the balance changed
    STATEMENTS = "statements"
    MEETINGS = "meetings"
    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"
    HUMAN = "human"
    OTHER = "other"
