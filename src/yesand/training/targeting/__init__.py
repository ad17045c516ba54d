"""Soft targets: what raters heard in takes, as what a model is taught."""
