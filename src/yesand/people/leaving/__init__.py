"""Taking one's data home, and leaving."""
