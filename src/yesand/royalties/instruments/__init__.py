"""Signed, logged documents that statements are computed from, besides usage, terms and reliance."""
