"""The answer in the articles' own words: which sentences, whether to answer at all, and yes or no."""
