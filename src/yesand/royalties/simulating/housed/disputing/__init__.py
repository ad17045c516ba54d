"""Disputes of lines in a simulated house."""
