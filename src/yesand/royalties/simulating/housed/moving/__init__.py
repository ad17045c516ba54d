"""Moved lines and invoices in a simulated house."""
