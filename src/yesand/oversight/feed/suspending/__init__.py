"""Telling licensees what a suspension stops of what they hold, and that it is lifted."""
