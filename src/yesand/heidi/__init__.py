"""Heidi, the assistant: what a person asks is answered from their own records and our documents."""
