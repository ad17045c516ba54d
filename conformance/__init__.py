"""Each module here runs one outside test suite: ``run(folder) -> Outcome``."""
