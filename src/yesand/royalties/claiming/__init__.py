"""Usage that nobody can be billed for yet: who says that it is theirs, and what is decided."""
