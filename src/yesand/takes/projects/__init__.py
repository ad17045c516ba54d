"""Projects and the scene library, as a producer keeps them."""
