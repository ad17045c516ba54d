"""Floor 7: duties with dates, for those entitled to check."""
