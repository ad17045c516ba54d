"""Audits of what was paid: what each found, what it cost, and who bears that."""
