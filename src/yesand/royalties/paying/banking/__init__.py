"""Keeping where payees are paid."""
