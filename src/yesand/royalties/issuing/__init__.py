"""Handing a statement out: as a document to read, and with the evidence for it."""
