"""A licensee attests how much its deployments were used: signed, logged, and compared."""
