"""How things are written on a page."""
