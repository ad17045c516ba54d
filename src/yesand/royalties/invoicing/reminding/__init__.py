"""Writing to licensees that are late, and telling performers that one is."""
