"""Finding a time that suits everybody, for a new meeting or for one to be moved."""
