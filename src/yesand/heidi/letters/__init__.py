"""Letters: what Heidi does not know goes to the producer, and the answer comes back."""
