"""Taking in what the bank tells of the house's account."""
