"""How articles and figures are shown."""
