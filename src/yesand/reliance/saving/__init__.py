"""A report as others get it: one row, or the whole."""
