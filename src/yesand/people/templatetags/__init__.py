"""How the room of people writes things."""
