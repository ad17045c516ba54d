"""Trainings that were broken off: where each stood, kept on disk until it is done."""
