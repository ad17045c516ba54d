"""Putting right what was settled on an estimate, when the real usage has come in."""
