"""Withdrawing: seeing first what it will do, then doing it, once."""
