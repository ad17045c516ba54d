"""Transactions into the database, many at once."""
