"""Checking the whole house, and keeping what came of it."""
