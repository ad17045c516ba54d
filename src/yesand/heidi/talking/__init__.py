"""Answers told by a language model, where one is set; it never decides what may be done."""
