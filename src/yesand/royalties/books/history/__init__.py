"""What moved on an account, one posting after the other."""
