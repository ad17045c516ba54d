"""Making synthetic takes: generators of one shape, and what is checked of what they make."""
