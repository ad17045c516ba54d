"""What the demo house's newsroom opens with."""
