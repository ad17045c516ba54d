"""A whole month computed again from what was signed."""
