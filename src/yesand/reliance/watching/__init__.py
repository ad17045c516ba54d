"""Watching whether a model's usage still is what its report was asked."""
