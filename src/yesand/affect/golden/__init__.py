"""Gold: takes of which it is agreed what they express, to see who listens."""
