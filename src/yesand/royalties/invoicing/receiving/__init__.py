"""Money that comes in for invoices."""
