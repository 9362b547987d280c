"""Stories that were put together, kept in all their versions."""
