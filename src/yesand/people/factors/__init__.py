"""Second factors: who must have one, and the recovery codes for the day when it is lost."""
