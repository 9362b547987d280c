"""Articles in SQLite: the truth that everything else is made from."""
