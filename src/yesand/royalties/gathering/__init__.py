"""From the rows of the registry to the facts that statements are computed from."""
