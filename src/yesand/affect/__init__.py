"""Floor 3: emotion spaces, features and the voice-emotion model."""
