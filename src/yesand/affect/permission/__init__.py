"""Which takes a rater may be given: those whose agreement permits the house a use of them."""
