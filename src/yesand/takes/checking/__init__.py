"""Checking any file: is it one of ours, and what may be done with it? Never whose it is."""
