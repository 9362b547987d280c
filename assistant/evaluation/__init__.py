"""How good the answers are: a question set → asked → figures → set beside those of an earlier run."""
