"""Floor 5: how much a model still relies on whom."""
