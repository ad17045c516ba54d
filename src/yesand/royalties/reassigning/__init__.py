"""A line went to the wrong performer: one is debited and the other credited, by two people."""
