"""The journal: what was posted, chained leaf by leaf into the log."""
