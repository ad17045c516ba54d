"""By whose hand a party signs: the performer's own, or that of who may sign for them."""
