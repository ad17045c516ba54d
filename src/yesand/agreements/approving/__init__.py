"""A performer's leave for single uses, where their terms have them asked for each."""
