"""Sending a run's transfers by Stripe."""
