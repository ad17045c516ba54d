"""A deterministic simulator: seeded histories, real code under test, and a simple oracle beside it.

In the manner of TigerBeetle's VOPR and FoundationDB's simulation: one seed decides everything, the
clock is set and never read, and whatever fails is replayed by its seed.
"""
