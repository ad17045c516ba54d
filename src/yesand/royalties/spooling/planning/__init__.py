"""When the spool is collected."""
