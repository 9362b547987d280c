"""Which listed companies a text names: by their listings, by a list of names, and by what the text itself says."""
