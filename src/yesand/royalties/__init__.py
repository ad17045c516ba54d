"""Floor 6: usage, rates, the ledger, settlement and statements."""
