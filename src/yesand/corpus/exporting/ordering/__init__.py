"""Asking for an export that the worker makes, and seeing how far it is."""
