"""Deleting the files of synthetic takes; that they were made stays signed."""
