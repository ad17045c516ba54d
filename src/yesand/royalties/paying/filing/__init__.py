"""The file that a bank is given for an approved run."""
