"""What waits for somebody to see to it."""
