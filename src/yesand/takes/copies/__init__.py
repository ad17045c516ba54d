"""Copies among takes: the same performance again, in another file, format or level."""
