"""Publishing later: an approved draft is given its moment, and the queue publishes it then."""
