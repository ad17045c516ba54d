"""What performers are called in what leaves the house."""
