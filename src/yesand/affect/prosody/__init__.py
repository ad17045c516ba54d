"""How something is said: pitch, loudness, voice quality and timing, one row of numbers a take."""
