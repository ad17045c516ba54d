"""The editor's desk: what is drafted, looked at, approved, sent back and published."""
