"""All statements of a month at once."""
