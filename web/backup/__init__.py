"""A backup of all that a data folder holds, and back from it."""
