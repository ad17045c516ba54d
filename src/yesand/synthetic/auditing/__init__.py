"""Auditing the store of synthetic takes: files, parents, log, and who was taught with them."""
