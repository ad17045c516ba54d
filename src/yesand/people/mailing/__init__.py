"""Letters that say that something waits, with a link to it: the thing itself is read here."""
