"""The monthly transparency report: figures, each with its query, computed from our own records."""
