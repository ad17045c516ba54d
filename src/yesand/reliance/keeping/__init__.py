"""Signing, logging and keeping a report."""
