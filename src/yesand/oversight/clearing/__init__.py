"""Deleting what withdrawals ask the house itself to delete of synthetic takes."""
