"""Generations of the index, and search in one of them by meaning and by words."""
