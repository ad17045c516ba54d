"""Making batches of usage out of what the spool holds."""
