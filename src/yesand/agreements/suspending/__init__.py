"""Suspending a class of agreements, as in a strike, and lifting it: both signed and logged."""
