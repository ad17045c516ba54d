"""The conversation as rows: what was said, answers as they are written, and clicks."""
