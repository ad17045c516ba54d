"""Floor 2: terms, agreements, decisions and withdrawal."""
