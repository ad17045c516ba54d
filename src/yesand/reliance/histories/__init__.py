"""A performer's reliance over time."""
