"""Gathering what bears out one performer's statement."""
