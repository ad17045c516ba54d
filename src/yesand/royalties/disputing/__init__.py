"""One line of a statement is disputed: it is held, and the rest goes on being paid."""
