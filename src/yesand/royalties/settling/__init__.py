"""From accepted usage to signed statements and postings."""
