"""Where in a recording somebody is heard."""
