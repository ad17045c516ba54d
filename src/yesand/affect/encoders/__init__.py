"""Takes as rows of an encoder that somebody else trained, and that its user brings."""
