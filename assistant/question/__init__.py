"""What a question asks for: days, sources, authors and phrases read out of it, and its kind of answer."""
