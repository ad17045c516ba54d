"""Making, reading and checking the steps of a negotiation."""
