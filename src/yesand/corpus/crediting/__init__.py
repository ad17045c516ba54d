"""Who of a corpus is named to others."""
