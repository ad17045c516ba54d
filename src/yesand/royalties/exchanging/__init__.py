"""Which exchange rates a settlement needs, and where they are from."""
