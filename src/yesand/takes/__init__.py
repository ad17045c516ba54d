"""Floor 2: scenes, sessions, takes, their media and their quality."""
