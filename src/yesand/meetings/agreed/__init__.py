"""The agreement that a performance is under."""
