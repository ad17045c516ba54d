"""The ledger for the accounting programs of others."""
