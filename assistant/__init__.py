"""Questions and answers over an `index`: resolve, retrieve, write, cite."""
