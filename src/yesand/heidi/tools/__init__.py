"""What Heidi can do: one tool for each intent, each told who asks by the session alone."""
