"""A licensee asks what its bill would be."""
