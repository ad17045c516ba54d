"""Ratings as they come in and go out: checked against their spaces, one row a rating."""
