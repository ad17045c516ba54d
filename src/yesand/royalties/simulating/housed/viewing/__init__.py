"""What can be seen of a real house, and what must hold within it."""
