"""Credentials of takes: what a file said when it came, and what its copies say when they go."""
