"""Joining by invitation: a link that lets one person in, once."""
