"""Following an answer while it is written, from wherever the reader is."""
