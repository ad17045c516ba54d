"""What keeps an account safe, shown to whose it is: history, sessions, tokens."""
