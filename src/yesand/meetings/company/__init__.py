"""Who would be in a meeting, for how long, and under which agreements."""
