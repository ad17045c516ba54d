"""What stands of a meeting, and what is written down when it changes."""
