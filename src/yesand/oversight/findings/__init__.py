"""What auditors note about records, for good."""
