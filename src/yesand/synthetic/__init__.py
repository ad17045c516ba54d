"""Floor 5: takes that nobody performed, made from takes that somebody did, and what became of them.

``making`` makes them, ``services`` permits, records and hands them out.
"""
