"""Credentials (C2PA) for what nobody performed."""
