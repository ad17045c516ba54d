"""Synthetic takes among what a model is taught: which may be, and whom each stands for."""
