"""Acting for a performer: granted and ended by the performer alone."""
