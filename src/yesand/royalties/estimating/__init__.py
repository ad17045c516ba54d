"""What a month probably was of which nothing came in: an estimate, and never more than that."""
