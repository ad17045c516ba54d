"""What this room shows on other rooms' pages."""
