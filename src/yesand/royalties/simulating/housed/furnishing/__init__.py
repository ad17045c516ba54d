"""Rows of the rooms below, with real digests, signatures and log entries."""
