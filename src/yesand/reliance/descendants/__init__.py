"""Reliance that goes on: the shares of fine-tunes, distilled students and merges."""
