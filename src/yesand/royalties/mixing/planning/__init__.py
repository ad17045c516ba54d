"""Planning when usage is looked at."""
