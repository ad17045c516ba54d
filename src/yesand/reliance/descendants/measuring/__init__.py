"""Measuring a fine-tune of ours through both of its trainings."""
