"""Whose turn it is to speak, and for whom a person may."""
