"""What a model's metered usage was about, and whether that has moved."""
