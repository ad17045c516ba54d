"""Meetings: who can be when, what is booked, invitations and reminders."""
