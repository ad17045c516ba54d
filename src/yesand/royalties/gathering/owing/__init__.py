"""Gathering what is taken off, held back, or was promised ahead."""
