"""Who can be when: people's hours as they are kept, and what of them is taken."""
