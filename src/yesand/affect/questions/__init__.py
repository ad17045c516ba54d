"""What the rating page asks of a take, as a producer sets it for the house or a project."""
