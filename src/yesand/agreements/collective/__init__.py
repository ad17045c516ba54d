"""Collective agreements: a union and a producer sign a floor that no individual terms go below."""
