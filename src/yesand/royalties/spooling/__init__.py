"""Usage events that come one by one over HTTP: kept at once, counted together."""
