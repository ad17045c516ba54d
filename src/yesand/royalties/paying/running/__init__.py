"""Preparing, approving and cancelling payout runs."""
