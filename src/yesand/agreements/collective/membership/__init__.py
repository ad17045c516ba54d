"""Who belongs to which union: each performer says so themself."""
