"""Playing a history in a house, with kills and without."""
