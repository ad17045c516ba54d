"""Floor 1: who takes part: accounts, seats, performers and organisations."""
