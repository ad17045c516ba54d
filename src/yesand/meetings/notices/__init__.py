"""Invitations, cancellations and reminders: each sent once, by mail."""
