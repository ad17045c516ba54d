"""Who the house knows to be a minor."""
