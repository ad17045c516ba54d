"""Who can be paid now, and what bears on it."""
