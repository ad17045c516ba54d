"""What an auditor finds offline: whether manifests are exactly what was permitted."""
