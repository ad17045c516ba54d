"""Floor 0: money, clock, ids, canonical bytes, keys, errors and the house's folder."""
