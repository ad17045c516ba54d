"""Whether ledger, statements, payout files, what is held and what is carried say the same."""
