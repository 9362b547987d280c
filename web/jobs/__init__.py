"""Work on the index that takes longer than a request, and what it takes in."""
