"""A person's meetings for their own calendar, at a secret address."""
