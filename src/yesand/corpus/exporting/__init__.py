"""Handing out the data of a manifest, by a permit of its own."""
