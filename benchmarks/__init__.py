"""Each module here is one benchmark with its peer: ``run() -> Result``."""
