"""From a posting to the page of what it follows from."""
