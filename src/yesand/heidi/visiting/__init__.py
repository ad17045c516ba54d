"""Visitors: whoever has not signed in is answered from what is public, and forgotten."""
