"""Models that were made from other models: fine-tunes, distilled students, merges."""
