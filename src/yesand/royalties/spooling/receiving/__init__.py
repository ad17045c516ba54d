"""Taking events in: each is told what it is, and those that count lie on the disk."""
