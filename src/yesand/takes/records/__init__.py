"""What the log is told of takes."""
