"""Which take a rating speaks of."""
