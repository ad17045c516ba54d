"""Entering an item in a licensee's feed: numbered, chained, signed and logged."""
