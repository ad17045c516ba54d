"""How far a performer's takes reach through synthetic ones: batches, and models taught with them."""
