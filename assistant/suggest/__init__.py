"""Questions that the articles at hand answer, for people who do not know yet what to ask."""
