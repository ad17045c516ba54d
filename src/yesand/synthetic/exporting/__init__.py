"""Handing synthetic takes out: with their credentials, and what each descends from."""
