"""Telling a performer that their share of a model fell, and why."""
