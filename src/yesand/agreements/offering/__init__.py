"""Offering an agreement: the producer says the terms, the performer reads and signs or declines."""
