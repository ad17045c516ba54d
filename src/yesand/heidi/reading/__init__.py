"""What is written about a question, in the language in which it was asked."""
