"""How far takes reach through synthetic ones: batches, and models taught with them."""
