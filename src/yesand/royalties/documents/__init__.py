"""The statement as people read it: PDF and HTML of the same words."""
