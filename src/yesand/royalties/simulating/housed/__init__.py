"""Histories in a real house: services, database and files, killed on the way."""
