"""Which synthetic takes are worth their price, and where people's are worth more."""
