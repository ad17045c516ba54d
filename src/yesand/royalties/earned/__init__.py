"""What a performer has earned, month by month, and what they were paid."""
