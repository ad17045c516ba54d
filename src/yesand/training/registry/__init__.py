"""Which models there are and where they serve, without their weights."""
