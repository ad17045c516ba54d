"""Rules about who may import whom, for import-linter (see ``[tool.importlinter]``)."""
