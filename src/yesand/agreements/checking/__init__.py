"""Whether everything in this room is still as it was signed and logged."""
