"""A take shown to a rater who is blind to who acted and what, and what they say of it."""
