"""Getting a manifest's takes ready to leave: copies with credentials, or features."""
