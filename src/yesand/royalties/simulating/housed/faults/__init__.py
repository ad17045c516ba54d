"""Faults of a machine, put between any two durable writes of the code under test."""
