"""Which of some takes a manifest holds, without reading all of it each time."""
