"""A backup of all that a data folder holds, and back from it; and all of a database copied into another."""
