"""What differs between two versions of an agreement, clause by clause, and what that means."""
