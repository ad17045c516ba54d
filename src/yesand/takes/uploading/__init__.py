"""Recordings on their way in: parts, kept until the whole is verified and a take."""
